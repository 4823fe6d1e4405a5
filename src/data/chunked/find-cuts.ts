import { createHash } from 'node:crypto'

/** Bounds of a chunk in bytes. The mean lies at 64 KiB and the least together. */
export const chunkBytes = { least: 8 << 10, mean: 64 << 10, most: 128 << 10 } as const

/** Sixteen bits, where the sum has taken in the most bytes. */
const mask = 0xffff0000

/** A number for each byte. They never change: other numbers would cut elsewhere, and nothing would be found again. */
function makeGear(): Int32Array {
  return Int32Array.from({ length: 256 }, (_, byte) =>
    createHash('sha256').update(`runwright gear ${byte}`).digest().readInt32LE(0),
  )
}

/** Made when it is needed: most commands cut nothing. */
let madeGear: Int32Array | undefined

/**
 * Where to cut bytes so that equal stretches are cut alike wherever they stand: behind a byte where a sum over the last
 * 32 of them has sixteen zeros.
 *
 * @param isLast whether no bytes follow; otherwise what is behind the last cut belongs to a chunk that goes on
 * @returns ends of chunks, each from the beginning of the bytes
 * @see https://www.usenix.org/conference/atc16/technical-sessions/presentation/xia (FastCDC: the gear hash)
 */
export function findCuts(bytes: Uint8Array, isLast: boolean): readonly number[] {
  const cuts: number[] = []
  let start = 0
  while (start < bytes.length) {
    const end = findCut(bytes, start, isLast)
    if (end === undefined) break
    cuts.push(end)
    start = end
  }
  return cuts
}

function findCut(bytes: Uint8Array, start: number, isLast: boolean): number | undefined {
  const most = Math.min(bytes.length, start + chunkBytes.most)
  const gear = (madeGear ??= makeGear())
  let sum = 0
  // The sum forgets a byte after 32 others, so that it begins shortly before the first place where it may cut.
  for (let at = start + chunkBytes.least - 32; at < most; at++) {
    sum = ((sum << 1) + (gear[bytes[at] ?? 0] ?? 0)) | 0
    if ((sum & mask) === 0 && at + 1 - start >= chunkBytes.least) return at + 1
  }
  if (most - start === chunkBytes.most) return most
  return isLast ? bytes.length : undefined
}
