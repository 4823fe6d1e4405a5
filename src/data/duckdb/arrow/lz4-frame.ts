import { checkIntact } from './invalid-input.ts'

const magic = 0x184d2204
const minMatchBytes = 4
/** Of so few bytes each is copied by itself: a call would take longer. */
const maxShortBytes = 32

/**
 * Unpacks one frame of LZ4 whose size is known. Its checksums are not looked at: no byte outside of `target` is written,
 * whatever the frame says.
 *
 * @throws Invalid Input Error when the frame is no frame, or has another size
 * @see https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md
 */
export function unpackLz4Frame(frame: Uint8Array, target: Uint8Array): void {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength)
  checkIntact(frame.length >= 7 && view.getUint32(0, true) === magic, 'a buffer is no LZ4 frame')
  const flags = view.getUint8(4)
  const [hasBlockChecksum, hasSize, hasDictionary] = [(flags & 0x10) !== 0, (flags & 0x08) !== 0, (flags & 0x01) !== 0]
  let position = 7 + (hasSize ? 8 : 0) + (hasDictionary ? 4 : 0)
  let filled = 0
  for (;;) {
    checkIntact(position + 4 <= frame.length, 'an LZ4 frame ends early')
    const header = view.getUint32(position, true)
    position += 4
    if (header === 0) break
    const size = header & 0x7fff_ffff
    checkIntact(position + size <= frame.length, 'an LZ4 frame ends early')
    const block = frame.subarray(position, position + size)
    filled = header >>> 31 === 1 ? copyPlain(block, target, filled) : unpackBlock(block, target, filled)
    position += size + (hasBlockChecksum ? 4 : 0)
  }
  checkIntact(filled === target.length, 'an LZ4 frame has another size than the file says')
}

function copyPlain(block: Uint8Array, target: Uint8Array, at: number): number {
  checkIntact(at + block.length <= target.length, 'an LZ4 block is larger than the file says')
  target.set(block, at)
  return at + block.length
}

/** Blocks may refer to what earlier ones have left in the target. @returns where the target is filled to */
function unpackBlock(block: Uint8Array, target: Uint8Array, start: number): number {
  let [from, to] = [0, start]
  const readLength = (short: number): number => {
    let length = short
    for (let byte = short === 15 ? 255 : 0; byte === 255;) {
      checkIntact(from < block.length, 'an LZ4 block ends early')
      byte = block[from++] ?? 0
      length += byte
    }
    return length
  }
  while (from < block.length) {
    const token = block[from++] ?? 0
    const literals = readLength(token >> 4)
    checkIntact(from + literals <= block.length, 'an LZ4 block ends early')
    checkIntact(to + literals <= target.length, 'an LZ4 block is larger than the file says')
    if (literals <= maxShortBytes) for (let at = 0; at < literals; at++) target[to + at] = block[from + at] ?? 0
    else target.set(block.subarray(from, from + literals), to)
    from += literals
    to += literals
    // The last of its sequences has no match.
    if (from === block.length) break
    checkIntact(from + 2 <= block.length, 'an LZ4 block ends early')
    const distance = (block[from] ?? 0) | ((block[from + 1] ?? 0) << 8)
    from += 2
    const length = readLength(token & 15) + minMatchBytes
    checkIntact(distance > 0 && distance <= to, 'an LZ4 block refers to what is not there')
    checkIntact(to + length <= target.length, 'an LZ4 block is larger than the file says')
    copyMatch(target, to, distance, length)
    to += length
  }
  return to
}

/** A match may overlap what it writes: then it repeats. */
function copyMatch(target: Uint8Array, to: number, distance: number, length: number): void {
  if (distance >= length && length > maxShortBytes) target.copyWithin(to, to - distance, to - distance + length)
  else for (let at = to; at < to + length; at++) target[at] = target[at - distance] ?? 0
}
