import type { ByteRange } from './line-index.ts'

/** Bytes of a block; the last one of a log that grows has fewer. */
export const blockBytes = 1 << 20

/** The blocks of a log that are in memory: those used last. */
export interface LogBlocks {
  /** Keeps bytes that begin at `at`. */
  put(at: number, bytes: Uint8Array): void
  /** Undefined where some of them are not here; `listMissing` says which blocks those are. */
  read(range: ByteRange): Uint8Array | undefined
  /** Starts of the blocks of a range that are not here. */
  listMissing(range: ByteRange): readonly number[]
}

/** @param mostBlocks that are kept */
export function createLogBlocks(mostBlocks: number): LogBlocks {
  // In the order of their last use, the oldest first.
  const blocks = new Map<number, Uint8Array>()

  function keep(block: number, bytes: Uint8Array): void {
    blocks.delete(block)
    blocks.set(block, bytes)
    const [oldest] = blocks.keys()
    if (blocks.size > mostBlocks && oldest !== undefined) blocks.delete(oldest)
  }

  function putPart(block: number, offset: number, bytes: Uint8Array): void {
    const known = blocks.get(block) ?? new Uint8Array()
    // What lies behind a gap would be of no use.
    if (offset > known.length) return
    const joined = new Uint8Array(Math.max(known.length, offset + bytes.length))
    joined.set(known)
    joined.set(bytes, offset)
    keep(block, joined)
  }

  const isShort = (block: number, end: number) =>
    (blocks.get(block)?.length ?? 0) < Math.min(blockBytes, end - block * blockBytes)

  return {
    put(at, bytes) {
      for (let done = 0; done < bytes.length;) {
        const place = at + done
        const offset = place % blockBytes
        const part = bytes.subarray(done, done + blockBytes - offset)
        putPart(Math.floor(place / blockBytes), offset, part)
        done += part.length
      }
    },
    read({ start, end }) {
      const read = new Uint8Array(end - start)
      for (const block of listBlocks({ start, end })) {
        const blockStart = block * blockBytes
        const bytes = blocks.get(block)
        if (bytes === undefined || isShort(block, end)) return undefined
        keep(block, bytes)
        const from = Math.max(start, blockStart)
        read.set(bytes.subarray(from - blockStart, end - blockStart), from - start)
      }
      return read
    },
    listMissing: ({ start, end }) =>
      listBlocks({ start, end })
        .filter((block) => isShort(block, end))
        .map((block) => block * blockBytes),
  }
}

function listBlocks({ start, end }: ByteRange): readonly number[] {
  const first = Math.floor(start / blockBytes)
  return end <= start ? [] : Array.from({ length: Math.floor((end - 1) / blockBytes) - first + 1 }, (_, n) => first + n)
}
