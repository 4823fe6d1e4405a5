import { constants } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { getSystemErrorCode } from './artifact-error.ts'

/** Bytes are collected to this much before they are written, so that a large file takes few calls. */
const blockSizeBytes = 1024 * 1024

/** So much may be on its way to the disk when a file is complete; what was written before is brought there meanwhile. */
const syncedSizeBytes = 8 * blockSizeBytes

/** Bytes in pieces. */
export interface ByteSource extends AsyncIterable<Uint8Array> {
  /** Takes the memory of a piece back, which is not looked at any more; without it the collector does so later. */
  release?(chunk: Uint8Array): void
}

/**
 * Writes a new file from a stream and returns once its bytes are on the disk. At most two blocks are in memory: one
 * being written, one being filled.
 */
export async function writeFile(path: string, body: ByteSource): Promise<void> {
  const file = await open(path, constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY, 0o644)
  const syncing = createSyncing(file)
  try {
    let writing = Promise.resolve()
    let block: Uint8Array[] = []
    let blockLength = 0
    for await (const chunk of body) {
      block.push(chunk)
      blockLength += chunk.length
      if (blockLength < blockSizeBytes) continue
      await writing
      syncing.note(blockLength)
      writing = writeBlock(file, block, blockLength, body)
      // Whoever awaits `writing` next gets the error; until then it must not count as unhandled.
      writing.catch(() => {})
      block = []
      blockLength = 0
    }
    await writing
    if (blockLength > 0) await writeBlock(file, block, blockLength, body)
    await syncing.end()
    await file.datasync()
  } finally {
    await syncing.end().catch(() => {})
    await file.close()
  }
}

/**
 * Brings a file that is being written to the disk, one part after the other. What the system says to this has to be
 * heard: it tells of a failure once, and not again to whoever syncs later.
 */
function createSyncing(file: FileHandle): { note(sizeBytes: number): void; end(): Promise<void> } {
  let unsyncedBytes = 0
  let isUnderWay = false
  let done = Promise.resolve()
  return {
    note(sizeBytes) {
      unsyncedBytes += sizeBytes
      if (unsyncedBytes < syncedSizeBytes || isUnderWay) return
      unsyncedBytes = 0
      isUnderWay = true
      done = done.then(() => file.datasync()).finally(() => (isUnderWay = false))
      done.catch(() => {})
    },
    end: () => done,
  }
}

async function writeBlock(file: FileHandle, block: Uint8Array[], length: number, body: ByteSource): Promise<void> {
  const { bytesWritten } = await file.writev(block)
  // The system may take less than it was given; what is left goes through the call that insists.
  if (bytesWritten < length) await file.writeFile(Buffer.concat(block).subarray(bytesWritten))
  if (body.release !== undefined) for (const chunk of block) body.release(chunk)
}

/** Adds to the end of a file, made when there is none, and gives the size it has then. No link is followed. */
export async function appendToFile(path: string, bytes: Uint8Array, isDurable: boolean): Promise<number> {
  const flags = constants.O_CREAT | constants.O_APPEND | constants.O_WRONLY | constants.O_NOFOLLOW
  const file = await open(path, flags, 0o644)
  try {
    if (bytes.length > 0) await file.writeFile(bytes)
    if (isDurable) await file.datasync()
    return (await file.stat()).size
  } finally {
    await file.close()
  }
}

/** Opens a regular file for reading without following a link; undefined when there is none. */
export async function openRegularFile(path: string): Promise<{ file: FileHandle; sizeBytes: number } | undefined> {
  let file: FileHandle
  try {
    file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  } catch (error) {
    if (getSystemErrorCode(error) === 'ENOENT' || getSystemErrorCode(error) === 'ELOOP') return undefined
    throw error
  }
  try {
    const stats = await file.stat()
    if (stats.isFile()) return { file, sizeBytes: stats.size }
    await file.close()
    return undefined
  } catch (error) {
    await file.close()
    throw error
  }
}

/**
 * Bytes `start` … `end` - 1 of an open file, which is closed after the last or when the reader gives up. They are read
 * into the memory that the reader brings, if it brings any.
 */
export function streamFile(file: FileHandle, start: number, end: number): ReadableStream<Uint8Array> {
  let position = start
  return new ReadableStream({
    type: 'bytes',
    autoAllocateChunkSize: blockSizeBytes,
    async pull(controller) {
      const { byobRequest } = controller
      const view = byobRequest?.view
      if (view === null || view === undefined) throw new TypeError('There is no memory to read into.')
      const wanted = Math.min(view.byteLength, end - position)
      if (wanted === 0) {
        await file.close()
        controller.close()
        byobRequest?.respond(0)
        return
      }
      const { bytesRead } = await file.read(new Uint8Array(view.buffer, view.byteOffset, wanted), 0, wanted, position)
      if (bytesRead === 0) {
        await file.close()
        throw new Error('The file became shorter while it was read.')
      }
      position += bytesRead
      byobRequest?.respond(bytesRead)
    },
    cancel: () => file.close(),
  })
}
