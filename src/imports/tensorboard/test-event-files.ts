/**
 * For tests: event files as writers of others have left them. What is in them stands beside.
 */
import { Buffer } from 'node:buffer'

/**
 * tensorboardX 2.6.5: `loss/train` = 1 / (step + 1) for the steps 0 … 4, a second apart from 1,700,000,000 s on; a NaN
 * `nan`; a histogram; and hyperparameters that it writes beside.
 */
export const simpleValueFile = Buffer.from(
  [
    'GAAAAAAAAACjf0siCXRbsmMcw9pBGg1icmFpbi5FdmVudDoyE+qE4R4AAAAAAAAA2dwSMgkAAABA/FTZQSoTChEKCmxvc3MvdHJh',
    'aW4VAACAP14rDtkgAAAAAAAAACntqVAJAABAQPxU2UEQASoTChEKCmxvc3MvdHJhaW4VAAAAPx3NoCcgAAAAAAAAACntqVAJAACA',
    'QPxU2UEQAioTChEKCmxvc3MvdHJhaW4Vq6qqPpdDQnMgAAAAAAAAACntqVAJAADAQPxU2UEQAyoTChEKCmxvc3MvdHJhaW4VAACA',
    'Pi8Oj+kgAAAAAAAAACntqVAJAAAAQfxU2UEQBCoTChEKCmxvc3MvdHJhaW4VzcxMPgWJ5n0XAAAAAAAAAOfO+B4JAAAAQPxU2UEq',
    'DAoKCgNuYW4VAADAf76cq+YmAQAAAAAAAHWfc6oJawuzYxzD2kEqmgIKlwIKAWgqkQIJAAAAAAAA8D8RAAAAAAAACEAZAAAAAAAA',
    'CEAhAAAAAAAAGEApAAAAAAAALEAycAiZaRkVWu0/KxT6zb4k8D9jScYVBcLxP7pQjTGfiPM/Mz/oHK989T+FRcyfwKL3P3lM+uLT',
    '//k/U4dGE2mZ/D/clM0ujXX/P+AR8Qx0TQFAd2A8DmYIA0DqNg92o+8EQGi8EDWaBwdADZzFoClVCUA6cAAAAAAAAAAAAAAAAAAA',
    '8D8AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAPA/AAAAAAAAAAAA',
    'AAAAAAAAAAAAAAAAAAAAAAAAAAAA8D9mK8e4',
  ].join(''),
  'base64',
)

/**
 * PyTorch 2 with tensorboard 2.21: `acc/val` = step / 4 as tensors and `loss` = 2.5 − step as plain values for the steps
 * 0 … 3; `double` = 0.1 as a tensor of doubles; a text `note`.
 */
export const tensorFile = Buffer.from(
  [
    'SAAAAAAAAAD+kkidCdKNPcocw9pBGg1icmFpbi5FdmVudDoyUi4KLHRlbnNvcmJvYXJkLnN1bW1hcnkud3JpdGVyLmV2ZW50X2Zp',
    'bGVfd3JpdGVyjli+BS0AAAAAAAAAPEGK+wkAAABA/FTZQSoiCiAKB2FjYy92YWxCCAgBKgQAAAAASgsKCQoHc2NhbGFycxvmwIIY',
    'AAAAAAAAAKN/SyIJAAAAQPxU2UEqDQoLCgRsb3NzFQAAIECO+ji6LwAAAAAAAABtXR1QCQAAQED8VNlBEAEqIgogCgdhY2MvdmFs',
    'QggIASoEAACAPkoLCgkKB3NjYWxhcnMlNu98GgAAAAAAAAASm9gtCQAAQED8VNlBEAEqDQoLCgRsb3NzFQAAwD/vzI66LwAAAAAA',
    'AABtXR1QCQAAgED8VNlBEAIqIgogCgdhY2MvdmFsQggIASoEAAAAP0oLCgkKB3NjYWxhcnOHztzAGgAAAAAAAAASm9gtCQAAgED8',
    'VNlBEAIqDQoLCgRsb3NzFQAAAD8oqXxcLwAAAAAAAABtXR1QCQAAwED8VNlBEAMqIgogCgdhY2MvdmFsQggIASoEAABAP0oLCgkK',
    'B3NjYWxhcnMp5IIyGgAAAAAAAAASm9gtCQAAwED8VNlBEAMqDQoLCgRsb3NzFQAAAL+GXDLGMAAAAAAAAACV9dBfCQAAAED8VNlB',
    'KiUKIwoGZG91YmxlQgwIAjIImpmZmZmZuT9KCwoJCgdzY2FsYXJzTL3z2zsAAAAAAAAAGiOsXAm5xz3KHMPaQSowCi4KEW5vdGUv',
    'dGV4dF9zdW1tYXJ5Qg8IBxIEEgIIAUIFaGVsbG9KCAoGCgR0ZXh0x+eXyw==',
  ].join(''),
  'base64',
)

/** tensorboardX 2.6.5: `hp/acc` = 0.9, and the hyperparameters `lr` = 0.1, `opt` = adam, `on` = true. */
export const hparamsFile = Buffer.from(
  [
    'GAAAAAAAAACjf0siCRAos2Mcw9pBGg1icmFpbi5FdmVudDoyL7yX6lkAAAAAAAAAih1ltgmVRbNjHMPaQSpOCkwKFF9ocGFyYW1z',
    'Xy9leHBlcmltZW50SjQKMgoHaHBhcmFtcxInEiUiBgoCbHIgAyIHCgNvcHQgASIGCgJvbiACKgoKCBIGaHAvYWNjz/GR5GYAAAAA',
    'AAAAcjuHagneuLNjHMPaQSpbClkKHF9ocGFyYW1zXy9zZXNzaW9uX3N0YXJ0X2luZm9KOQo3CgdocGFyYW1zEiwaKgoICgJvbhIC',
    'IAEKDwoCbHISCRGamZmZmZm5PwoNCgNvcHQSBhoEYWRhbVEFOFE8AAAAAAAAAMi3o1IJkruzYxzD2kEqMQovChpfaHBhcmFtc18v',
    'c2Vzc2lvbl9lbmRfaW5mb0oRCg8KB2hwYXJhbXMSBCICCAFyM/3xGgAAAAAAAAASm9gtCaK9s2Mcw9pBKg8KDQoGaHAvYWNjFWZm',
    'Zj/hzSNp',
  ].join(''),
  'base64',
)
