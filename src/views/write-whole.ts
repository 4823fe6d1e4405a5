import { open, rename, rm } from 'node:fs/promises'

/**
 * Writes a file from its pieces, complete or not at all: beside its place, synced, then renamed. When a piece fails or
 * the signal comes, what was there before stays.
 *
 * @returns its size in bytes
 */
export async function writeWhole(
  path: string,
  pieces: AsyncIterable<string | Uint8Array>,
  signal: AbortSignal,
): Promise<number> {
  const beside = `${path}.${process.pid}.new`
  try {
    await using file = await open(beside, 'w')
    for await (const piece of pieces) {
      signal.throwIfAborted()
      await file.writeFile(piece)
    }
    await file.sync()
    const { size } = await file.stat()
    signal.throwIfAborted()
    await rename(beside, path)
    return size
  } catch (error) {
    await rm(beside, { force: true })
    throw error
  }
}
