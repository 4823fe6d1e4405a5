import { createHash, type Hash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { type FileHandle, mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { LfsPointer } from '../../git/lfs-pointer.ts'
import { isAlive } from '../../git/is-alive.ts'
import { toDiskError } from '../disk-error.ts'
import { objectPath, syncedBytes } from '../objects.ts'
import type { LfsRepository } from '../repository.ts'

/** An object on its way: its first bytes, which nobody else writes to. */
export interface Incomplete {
  readonly sizeBytes: number
  append(bytes: Uint8Array): Promise<void>
  /** Begins anew. */
  clear(): Promise<void>
  /**
   * Makes it an object of the store.
   *
   * @returns false where it is not what its name says; then it is empty again
   */
  finish(): Promise<boolean>
  /** Leaves what there is to whoever goes on. */
  leave(): Promise<void>
}

/** What of objects has come in earlier attempts, of this process or of ones that are gone. */
export type Leftovers = ReadonlyMap<string, string>

/** `OID.runwright`, free for whoever comes, or `OID.runwright-PID`, whose process may be gone. */
const leftoverName = /^([0-9a-f]{64})\.runwright(?:-(\d+))?$/

export async function findLeftovers({ incompleteFolder }: LfsRepository): Promise<Leftovers> {
  const names = await readdir(incompleteFolder).catch(() => [])
  return new Map(
    names.flatMap((name): [string, string][] => {
      const [, oid, pid] = leftoverName.exec(name) ?? []
      const isFree = oid !== undefined && (pid === undefined || !isAlive(Number(pid)))
      return isFree ? [[oid, join(incompleteFolder, name)]] : []
    }),
  )
}

/**
 * Takes what is left of an object, or begins a new file for it.
 *
 * @throws STORAGE_FULL, STORAGE_READ_ONLY
 */
export async function openIncomplete(
  repository: LfsRepository,
  { oid, sizeBytes: wholeBytes }: LfsPointer,
  leftovers: Leftovers,
): Promise<Incomplete> {
  const place = join(repository.incompleteFolder, `${oid}.runwright-${process.pid}`)
  const leftover = leftovers.get(oid)
  // Of two processes that take the same leftover one finds it gone.
  if (leftover !== undefined) await rename(leftover, place).catch(() => undefined)
  const file = await openFile(place)
  let { hash, sizeBytes } = await hashStart(place, file)
  const clear = async () => {
    await file.truncate(0)
    hash = createHash('sha256')
    sizeBytes = 0
  }
  if (sizeBytes > wholeBytes) await clear()
  return {
    get sizeBytes() {
      return sizeBytes
    },
    async append(bytes) {
      await writeAll(file, bytes, sizeBytes)
      hash.update(bytes)
      sizeBytes += bytes.length
    },
    clear,
    async finish() {
      if (sizeBytes !== wholeBytes || hash.copy().digest('hex') !== oid) {
        await clear()
        return false
      }
      try {
        if (sizeBytes >= syncedBytes) await file.datasync()
        await file.close()
        const target = objectPath(repository, oid)
        await mkdir(dirname(target), { recursive: true })
        await rename(place, target)
      } catch (cause) {
        throw toDiskError(cause, objectPath(repository, oid))
      }
      return true
    },
    async leave() {
      await file.close().catch(() => undefined)
      if (sizeBytes === 0) await rm(place, { force: true })
      else await rename(place, join(repository.incompleteFolder, `${oid}.runwright`)).catch(() => undefined)
    },
  }
}

async function openFile(place: string): Promise<FileHandle> {
  try {
    await mkdir(dirname(place), { recursive: true })
    return await open(place, 'r+').catch(() => open(place, 'wx+'))
  } catch (cause) {
    throw toDiskError(cause, place)
  }
}

async function writeAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  try {
    for (let at = 0; at < bytes.length;) {
      at += (await file.write(bytes, at, bytes.length - at, position + at)).bytesWritten
    }
  } catch (cause) {
    throw toDiskError(cause, 'the store of Git LFS')
  }
}

async function hashStart(place: string, file: FileHandle): Promise<{ hash: Hash; sizeBytes: number }> {
  const hash = createHash('sha256')
  let sizeBytes = 0
  if ((await file.stat()).size === 0) return { hash, sizeBytes }
  for await (const chunk of createReadStream(place, { highWaterMark: 1 << 18 })) {
    // SAFETY: a stream without an encoding gives buffers.
    const bytes = chunk as Buffer
    hash.update(bytes)
    sizeBytes += bytes.length
  }
  return { hash, sizeBytes }
}
