import { damaged } from '../pixels.ts'

/** The values of codes, by their lengths and places. */
export interface HuffmanTable {
  /** By length: the first code, less the place of its value. */
  readonly offsets: Int32Array
  /** By length: the largest code, -1 where there is none. */
  readonly largest: Int32Array
  readonly values: Uint8Array
}

/** @param counts of codes of 1 to 16 bits */
export function makeHuffmanTable(counts: Uint8Array, values: Uint8Array): HuffmanTable {
  const [offsets, largest] = [new Int32Array(17), new Int32Array(17).fill(-1)]
  let [code, place] = [0, 0]
  for (let length = 1; length <= 16; length++) {
    const count = counts[length - 1] ?? 0
    offsets[length] = code - place
    if (count > 0) largest[length] = code + count - 1
    code = (code + count) << 1
    place += count
  }
  return { offsets, largest, values }
}

/** Bits of a scan. Behind the end of it there are zeros, as decoders have it for files that were cut off a little. */
export interface BitReader {
  readBit(): number
  /** A number of so many bits, without a sign. */
  readBits(count: number): number
  /** A number of so many bits, with its sign. */
  readSigned(count: number): number
  readCode(table: HuffmanTable): number
  /** Goes on behind the next marker of a restart, where there is one. */
  restart(): void
  /** Where the next marker is. */
  readonly end: number
}

/** Bits that may be missing in the end, for the whole of a scan. */
const mostMissing = 2 ** 16

export function createBitReader(bytes: Uint8Array, start: number, name: string): BitReader {
  let [at, bits, left, missing] = [start, 0, 0, 0]

  function fill(): void {
    const byte = bytes[at]
    const isMarker = byte === 0xff && bytes[at + 1] !== 0
    if (byte === undefined || isMarker) {
      missing += 8
      if (missing > mostMissing) throw damaged(name, 'it ends too early')
      bits = 0
    } else {
      bits = byte
      at += byte === 0xff ? 2 : 1
    }
    left = 8
  }

  function readBit(): number {
    if (left === 0) fill()
    left -= 1
    return (bits >> left) & 1
  }

  function readBits(count: number): number {
    let value = 0
    for (let bit = 0; bit < count; bit++) value = (value << 1) | readBit()
    return value
  }

  return {
    readBit,
    readBits,
    readSigned(count) {
      if (count === 0) return 0
      const value = readBits(count)
      return value < 1 << (count - 1) ? value - (1 << count) + 1 : value
    },
    readCode({ offsets, largest, values }) {
      let code = 0
      for (let length = 1; length <= 16; length++) {
        code = (code << 1) | readBit()
        if (code <= (largest[length] ?? -1)) return values[code - (offsets[length] ?? 0)] ?? 0
      }
      throw damaged(name, 'it has a code that its tables do not have')
    },
    restart() {
      left = 0
      while (at < bytes.length && !(bytes[at] === 0xff && bytes[at + 1] !== 0 && bytes[at + 1] !== 0xff)) at += 1
      const marker = bytes[at + 1] ?? 0
      if (marker >= 0xd0 && marker <= 0xd7) at += 2
    },
    get end() {
      while (at < bytes.length && !(bytes[at] === 0xff && bytes[at + 1] !== 0 && bytes[at + 1] !== 0xff)) at += 1
      return at
    },
  }
}
