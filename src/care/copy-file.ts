import { createHash, type Hash } from 'node:crypto'
import { constants } from 'node:fs'
import { type FileHandle, mkdir, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { throwIfCancelled } from '../protocol/errors.ts'

const blockSizeBytes = 1024 * 1024

/** What a file holds. */
export interface FileContent {
  readonly sizeBytes: number
  /** In hex. */
  readonly sha256: string
}

/** What long work on files is given. */
export interface CareWork {
  readonly signal: AbortSignal
  /** Called for each block that was read. */
  read(sizeBytes: number): void
}

/**
 * Copies a file to a new one and says what was copied; its bytes are on the disk then. Of one that grows meanwhile, as
 * much as there was in the beginning. No link is followed.
 *
 * @returns undefined when `from` is gone, or is no regular file
 */
export async function copyFile(from: string, to: string, work: CareWork): Promise<FileContent | undefined> {
  await using source = await openRegular(from)
  if (source === undefined) return undefined
  await mkdir(dirname(to), { recursive: true })
  await using target = await open(to, 'wx', 0o600)
  const content = await readBlocks(source.file, source.sizeBytes, work, (block) => target.writeFile(block))
  await target.datasync()
  return content
}

/** @returns undefined when the file is not there */
export async function hashFile(path: string, work: CareWork): Promise<FileContent | undefined> {
  await using source = await openRegular(path)
  return source && (await readBlocks(source.file, source.sizeBytes, work, async () => undefined))
}

async function openRegular(path: string) {
  const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)
  const file = await open(path, flags).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ELOOP'))
      return undefined
    throw error
  })
  const stats = await file?.stat()
  if (file !== undefined && stats?.isFile() === true) {
    return { file, sizeBytes: stats.size, [Symbol.asyncDispose]: () => file.close() }
  }
  await file?.close()
  return undefined
}

async function readBlocks(
  file: FileHandle,
  sizeBytes: number,
  work: CareWork,
  take: (block: Uint8Array) => Promise<unknown>,
): Promise<FileContent> {
  const hash: Hash = createHash('sha256')
  const buffer = Buffer.allocUnsafe(Math.min(blockSizeBytes, Math.max(1, sizeBytes)))
  let position = 0
  while (position < sizeBytes) {
    throwIfCancelled(work)
    const { bytesRead } = await file.read(buffer, 0, Math.min(buffer.length, sizeBytes - position), position)
    if (bytesRead === 0) break
    const block = buffer.subarray(0, bytesRead)
    hash.update(block)
    await take(block)
    position += bytesRead
    work.read(bytesRead)
  }
  return { sizeBytes: position, sha256: hash.digest('hex') }
}
