import type { AudioFacts } from '../../protocol/data-diff.ts'
import type { ByteSource } from './byte-source.ts'

/** Chunks of a WAV file that are looked at; writers have two to ten. */
const maxChunks = 100

/** Bytes that are searched for the first frame of an MP3 file. */
const frameSearchBytes = 65_536

/**
 * What the header of a sound says. Reads some places of the file, whatever its size. Undefined when it is no sound that
 * is known here.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9639 (FLAC), http://www.mp3-tech.org/programmer/frame_header.html
 */
export async function readAudioHeader(source: ByteSource): Promise<AudioFacts | undefined> {
  const start = await source.read(0, 42)
  const word = start.toString('latin1', 0, 4)
  if (/^(RIFF|RF64)$/.test(word) && start.toString('latin1', 8, 12) === 'WAVE') return readWav(source)
  if (word === 'fLaC') return readFlac(start)
  return readMp3(source, start)
}

async function readWav(source: ByteSource): Promise<AudioFacts | undefined> {
  let format: { sampleRate: number; channels: number; bitsPerSample: number; bytesPerSecond: number } | undefined
  let at = 12
  for (let chunk = 0; chunk < maxChunks && at + 8 <= source.sizeBytes; chunk += 1) {
    const head = await source.read(at, 8 + 16)
    const name = head.toString('latin1', 0, 4)
    if (name === 'fmt ' && head.length === 24) {
      format = {
        channels: head.readUInt16LE(10),
        sampleRate: head.readUInt32LE(12),
        bytesPerSecond: head.readUInt32LE(16),
        bitsPerSample: head.readUInt16LE(22),
      }
    }
    const size = head.readUInt32LE(4)
    if (name === 'data' && format !== undefined) {
      // A file that was streamed, or is longer than 4 GB, gives its length as all ones.
      const bytes = Math.min(size, source.sizeBytes - at - 8)
      return toWav(format, size === 0xffffffff ? source.sizeBytes - at - 8 : bytes)
    }
    at += 8 + size + (size % 2)
  }
  return format && toWav(format, undefined)
}

function toWav(
  {
    bytesPerSecond,
    ...format
  }: { sampleRate: number; channels: number; bitsPerSample: number; bytesPerSecond: number },
  dataBytes: number | undefined,
): AudioFacts {
  const durationSeconds = dataBytes === undefined || bytesPerSecond === 0 ? null : dataBytes / bytesPerSecond
  return { format: 'wav', ...format, durationSeconds }
}

/** STREAMINFO is the first block: 20 bits of rate, 3 of channels less one, 5 of bits less one, 36 of samples. */
function readFlac(start: Buffer): AudioFacts | undefined {
  if (start.length < 42 || ((start[4] ?? 0) & 0x7f) !== 0) return undefined
  const packed = start.readBigUInt64BE(18)
  const sampleRate = Number(packed >> 44n)
  const samples = Number(packed & 0xfffffffffn)
  return {
    format: 'flac',
    sampleRate,
    channels: Number((packed >> 41n) & 7n) + 1,
    bitsPerSample: Number((packed >> 36n) & 31n) + 1,
    durationSeconds: samples === 0 || sampleRate === 0 ? null : samples / sampleRate,
  }
}

const sampleRates = [44_100, 48_000, 32_000]
/** kbit/s of layer III by index, of MPEG 1 and of MPEG 2 and 2.5. */
const bitRates = [
  [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
]

async function readMp3(source: ByteSource, start: Buffer): Promise<AudioFacts | undefined> {
  const audioStart = findAudioStart(start)
  const bytes = await source.read(audioStart, frameSearchBytes)
  for (let at = 0; at + 4 <= bytes.length; at += 1) {
    const frame = bytes[at] === 0xff ? parseFrame(bytes, at) : undefined
    if (frame === undefined) continue
    // One header may be chance; the next frame has to begin where this one ends, unless the file ends there.
    const isAlone = at + frame.bytes + 4 > bytes.length
    if (!isAlone && parseFrame(bytes, at + frame.bytes) === undefined) continue
    const { sampleRate, channels } = frame
    const frames = findFrameCount(bytes, at, frame)
    const seconds =
      frames === undefined
        ? ((source.sizeBytes - audioStart - at) * 8) / (frame.kilobits * 1000)
        : (frames * frame.samples) / sampleRate
    return { format: 'mp3', sampleRate, channels, bitsPerSample: null, durationSeconds: seconds }
  }
  return undefined
}

/** Behind an ID3v2 tag, whose size is four groups of seven bits. */
function findAudioStart(start: Buffer): number {
  if (start.toString('latin1', 0, 3) !== 'ID3' || start.length < 10) return 0
  return 10 + [6, 7, 8, 9].reduce((size, at) => (size << 7) | ((start[at] ?? 0) & 0x7f), 0)
}

interface Frame {
  readonly sampleRate: number
  readonly channels: number
  readonly kilobits: number
  readonly samples: number
  readonly bytes: number
  readonly isVersion1: boolean
}

/** A frame of layer III; undefined where there is none. */
function parseFrame(bytes: Buffer, at: number): Frame | undefined {
  const word = bytes.readUInt32BE(at)
  if (word >>> 21 !== 0x7ff) return undefined
  const [version, layer, bitRate, rate] = [(word >>> 19) & 3, (word >>> 17) & 3, (word >>> 12) & 15, (word >>> 10) & 3]
  const isVersion1 = version === 3
  const kilobits = bitRates[isVersion1 ? 0 : 1]?.[bitRate] ?? 0
  const fullRate = sampleRates[rate]
  if (version === 1 || layer !== 1 || kilobits === 0 || fullRate === undefined) return undefined
  const sampleRate = fullRate / (isVersion1 ? 1 : version === 2 ? 2 : 4)
  const samples = isVersion1 ? 1152 : 576
  const padding = (word >>> 9) & 1
  const channels = ((word >>> 6) & 3) === 3 ? 1 : 2
  const frameBytes = Math.floor((samples * kilobits * 125) / sampleRate) + padding
  return { sampleRate, channels, kilobits, samples, bytes: frameBytes, isVersion1 }
}

/** From the first frame of a file of variable bit rate: `Xing` or `Info` behind the side information, or `VBRI`. */
function findFrameCount(bytes: Buffer, at: number, { channels, isVersion1 }: Frame): number | undefined {
  const xing = at + 4 + (isVersion1 ? (channels === 1 ? 17 : 32) : channels === 1 ? 9 : 17)
  if (xing + 12 <= bytes.length && /^(Xing|Info)$/.test(bytes.toString('latin1', xing, xing + 4))) {
    return (bytes.readUInt32BE(xing + 4) & 1) === 1 ? bytes.readUInt32BE(xing + 8) : undefined
  }
  const vbri = at + 36
  if (vbri + 18 <= bytes.length && bytes.toString('latin1', vbri, vbri + 4) === 'VBRI')
    return bytes.readUInt32BE(vbri + 14)
  return undefined
}
