import { open, stat } from 'node:fs/promises'
import { RunwrightError } from '../../protocol/errors.ts'

/** The bytes of a file, read at any place. */
export interface ByteSource {
  readonly sizeBytes: number
  /** A buffer of its own; shorter than asked for where the file ends. */
  read(offset: number, length: number): Promise<Buffer>
}

/** @throws RESOURCE_DOES_NOT_EXIST when there is no such file, or it is something else, as a folder or a pipe is */
export async function openByteSource(path: string): Promise<ByteSource & AsyncDisposable> {
  // Before opening: a pipe would wait for its writer.
  const found = await stat(path).catch(() => undefined)
  if (!found?.isFile()) throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `${path} is not a file.`)
  const file = await open(path)
  const { size } = await file.stat()
  return {
    sizeBytes: size,
    async read(offset, length) {
      const wanted = Math.max(0, Math.min(length, size - offset))
      const buffer = Buffer.allocUnsafeSlow(wanted)
      let filled = 0
      while (filled < wanted) {
        const { bytesRead } = await file.read(buffer, filled, wanted - filled, offset + filled)
        if (bytesRead === 0) break
        filled += bytesRead
      }
      return buffer.subarray(0, filled)
    },
    [Symbol.asyncDispose]: () => file.close(),
  }
}

/** Bytes in memory as a file would give them. */
export function sourceOf(bytes: Uint8Array): ByteSource {
  return {
    sizeBytes: bytes.length,
    read: async (offset, length) => Buffer.from(bytes.subarray(Math.max(0, offset), Math.max(0, offset) + length)),
  }
}
