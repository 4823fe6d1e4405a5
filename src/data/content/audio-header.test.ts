import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { array, assert as assertProperty, asyncProperty, constantFrom, integer, tuple } from 'fast-check'
import { readAudioHeader } from './audio-header.ts'
import { sourceOf } from './byte-source.ts'

const hex = (text: string) => Buffer.from(text.replaceAll(/\s/g, ''), 'hex')

/** PCM, 2 channels of 16 bits at 8,000 Hz, half a second, behind a chunk of another kind. */
function makeWav(dataLength = 16_000): Buffer {
  const format = hex('666d7420 10000000 0100 0200 401f0000 007d0000 0400 1000')
  const list = Buffer.concat([Buffer.from('LIST'), hex('03000000 616263 00')])
  const data = Buffer.concat([Buffer.from('data'), Buffer.alloc(4), Buffer.alloc(16_000)])
  data.writeUInt32LE(dataLength, 4)
  return Buffer.concat([Buffer.from('RIFF....WAVE'), format, list, data])
}

/** STREAMINFO: 44,100 Hz, 2 channels, 16 bits, 88,200 samples. */
const flac = Buffer.concat([
  Buffer.from('fLaC'),
  hex('00000022 1000 1000 000000 000000 0ac442f0 00015888'),
  Buffer.alloc(20),
])

/** Frames of MPEG 1 layer III, 128 kbit/s, 44,100 Hz, mono: 417 bytes each, behind a tag of 5 bytes. */
function makeMp3(frames: number, xingFrames?: number): Buffer {
  const frame = Buffer.concat([hex('fffb90c4'), Buffer.alloc(413)])
  const all = Buffer.concat([hex('494433 0300 00 00000005 0102030405'), ...Array.from({ length: frames }, () => frame)])
  if (xingFrames === undefined) return all
  all.write('Xing', 15 + 4 + 17, 'latin1')
  all.writeUInt32BE(1, 15 + 4 + 17 + 4)
  all.writeUInt32BE(xingFrames, 15 + 4 + 17 + 8)
  return all
}

describe('the header of a sound', () => {
  it('of a WAV file says rate, channels, bits and length', async () => {
    const expected = { format: 'wav', sampleRate: 8000, channels: 2, bitsPerSample: 16, durationSeconds: 0.5 }
    assert.deepEqual(await readAudioHeader(sourceOf(makeWav())), expected)
    // A file that was streamed does not know its length, and one that was cut has less than it says.
    assert.deepEqual(await readAudioHeader(sourceOf(makeWav(0xffffffff))), expected)
    assert.deepEqual(await readAudioHeader(sourceOf(makeWav(1_000_000))), expected)
  })

  it('of a FLAC file says rate, channels, bits and length', async () => {
    const expected = { format: 'flac', sampleRate: 44_100, channels: 2, bitsPerSample: 16, durationSeconds: 2 }
    assert.deepEqual(await readAudioHeader(sourceOf(flac)), expected)
  })

  it('of an MP3 file says rate and channels, and how long it is by its frames or its bit rate', async () => {
    const facts = { format: 'mp3', sampleRate: 44_100, channels: 1, bitsPerSample: null }
    const counted = await readAudioHeader(sourceOf(makeMp3(4, 441)))
    assert.deepEqual(counted, { ...facts, durationSeconds: (441 * 1152) / 44_100 })
    const estimated = await readAudioHeader(sourceOf(makeMp3(4)))
    assert.deepEqual(estimated, { ...facts, durationSeconds: (4 * 417 * 8) / 128_000 })
  })

  it('of no sound is none', async () => {
    assert.equal(await readAudioHeader(sourceOf(Buffer.from('name,label\n'))), undefined)
    assert.equal(await readAudioHeader(sourceOf(Buffer.alloc(0))), undefined)
  })

  it('is read or refused whatever the bytes, and gives no length that is none', async () => {
    const change = tuple(integer({ min: 0, max: 60 }), integer({ min: 0, max: 255 }))
    const files = constantFrom(makeWav().subarray(0, 200), flac, makeMp3(2), makeMp3(2, 9))
    await assertProperty(
      asyncProperty(files, array(change), integer({ min: 0, max: 900 }), async (file, changes, length) => {
        const bytes = Buffer.from(file.subarray(0, length))
        for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value
        const facts = await readAudioHeader(sourceOf(bytes))
        for (const value of [facts?.durationSeconds ?? 0, facts?.sampleRate ?? 0, facts?.channels ?? 0]) {
          assert.ok(Number.isFinite(value) && value >= 0, JSON.stringify(facts))
        }
      }),
      { numRuns: 1000 },
    )
  })
})
