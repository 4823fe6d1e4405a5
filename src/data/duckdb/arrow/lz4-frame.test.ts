import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { unpackLz4Frame } from './lz4-frame.ts'

/** As the reference implementation packs them. */
const frames: readonly (readonly [what: string, unpacked: string, frame: string])[] = [
  ['nothing', '', 'BCJNGGBAggAAAAA='],
  [
    'a text that repeats itself while it is read',
    'abc'.repeat(1000),
    'BCJNGGBAghgAAAA/YWJjAwD//////////////6hQYmNhYmMAAAAA',
  ],
  [
    'a text of which parts come again',
    `${'the quick brown fox '.repeat(3)}jumps over the lazy dog, the quick brown fox jumps again, the quick brown fox jumps`,
    'BCJNGGBAgkcAAAD/BXRoZSBxdWljayBicm93biBmb3ggFAAVoWp1bXBzIG92ZXIzAJFsYXp5IGRvZywOAAxVAAItAF9hZ2FpbiEAA1BqdW1wcwAAAAA=',
  ],
]

function unpack(frame: Uint8Array, size: number): Buffer {
  const target = Buffer.alloc(size)
  unpackLz4Frame(frame, target)
  return target
}

describe('a frame of LZ4', () => {
  for (const [what, unpacked, frame] of frames) {
    it(`gives ${what}`, () => {
      assert.equal(unpack(Buffer.from(frame, 'base64'), unpacked.length).toString(), unpacked)
    })
  }

  it('may have blocks that are not packed, or refer to earlier ones', () => {
    const plain = Buffer.from('BCJNGGBAgigAAIBEIII8/ebxwmsw+Q7H3QHkiHU0og8LDQTDbtgOceD9d7B2cOuUC9UzAAAAAA==', 'base64')
    assert.deepEqual(unpack(plain, 40), plain.subarray(11, 51))
    // "abcdefgh" plain, then a block of one literal and a match of 4 that begins 9 bytes before.
    const linked = Buffer.concat([
      Buffer.from('04224d18404000', 'hex'),
      Buffer.from('08000080', 'hex'),
      Buffer.from('abcdefgh'),
      Buffer.from('04000000', 'hex'),
      Buffer.from('10580900', 'hex'),
      Buffer.alloc(4),
    ])
    assert.equal(unpack(linked, 13).toString(), 'abcdefghXabcd')
  })

  it('is refused where it says another size, ends early, or is none', () => {
    for (const [, unpacked, base64] of frames) {
      const frame = Buffer.from(base64, 'base64')
      assert.throws(() => unpack(frame, unpacked.length + 1), /Invalid Input Error: it is damaged/)
      if (unpacked !== '') assert.throws(() => unpack(frame, unpacked.length - 1), /Invalid Input Error: it is damaged/)
      for (let length = 0; length < frame.length; length++) {
        assert.throws(() => unpack(frame.subarray(0, length), unpacked.length), /Invalid Input Error: it is damaged/)
      }
    }
    assert.throws(() => unpack(Buffer.from('this is no frame'), 4), /no LZ4 frame/)
  })

  it('ends, whatever its bytes are', () => {
    for (const [, unpacked, base64] of frames) {
      const frame = Buffer.from(base64, 'base64')
      for (let at = 0; at < frame.length; at++) {
        for (const value of [0, 1, 15, 0x7f, 0x80, 0xf0, 0xff]) {
          const changed = Buffer.from(frame)
          changed[at] = value
          try {
            unpack(changed, unpacked.length)
          } catch (error) {
            assert.match(String(error), /Invalid Input Error: it is damaged/)
          }
        }
      }
    }
  })
})
