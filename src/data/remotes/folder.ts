import { randomBytes } from 'node:crypto'
import { constants, createReadStream, createWriteStream, type Stats } from 'node:fs'
import { copyFile, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { mapConcurrently } from '../../base/map-concurrently.ts'
import { type ErrorCode, RunwrightError, throwIfCancelled } from '../../protocol/errors.ts'
import { type ObjectKey, parseObjectKey } from '../object-key.ts'
import type { DataRemote, ListedObject, RemoteKind, RemoteSource } from '../remote.ts'

/** A folder of this machine, or one that is mounted from another. */
const folder: RemoteKind = {
  name: 'folder',
  accepts: (url) => url.startsWith('file://') || !/^[a-z][a-z0-9+.-]+:\/\//i.test(url),
  open({ url, folder }) {
    const root = url.startsWith('file://') ? fileURLToPath(url) : resolve(folder, url)
    return Promise.resolve(openFolder(root))
  },
}
export default folder

/** Up to here an object is read in one piece, which costs half of a stream. */
const smallBytes = 1 << 20
/** A second of a slow disk. */
const cancellableBytes = 32 << 20
/** What others left of writing an object is nobody's after a day. */
const abandonedMs = 24 * 3_600_000

function openFolder(root: string): DataRemote {
  const placeOf = (key: ObjectKey) => join(root, key)
  const pending = join(root, 'runwright', 'tmp')
  const made = new Set<string>()

  async function makeFolder(path: string): Promise<void> {
    if (made.has(path)) return
    await makeFolderBelow(root, path)
    made.add(path)
  }

  return {
    label: root,
    local: {
      folder: root,
      async openTemporary() {
        try {
          await makeFolder(pending)
          return pending
        } catch (error) {
          throw explain(error, pending)
        }
      },
    },
    concurrency: 8,
    async find(keys, signal) {
      const found = new Map<ObjectKey, number>()
      await mapConcurrently(keys, 32, async (key) => {
        throwIfCancelled({ signal })
        const entry = await statIfThere(placeOf(key))
        if (entry !== undefined) found.set(key, entry.size)
      })
      return found
    },
    list: (prefix) => listFolder(root, prefix),
    read: (key, start) => readFrom(placeOf(key), start),
    async write(key, source, signal) {
      const place = placeOf(key)
      const beside = join(pending, `${process.pid}-${randomBytes(8).toString('hex')}`)
      try {
        await makeFolder(pending)
        await makeFolder(dirname(place))
        await copy(source, beside, signal)
        await rename(beside, place)
      } catch (error) {
        await rm(beside, { force: true }).catch(() => undefined)
        throw signal.aborted ? new RunwrightError('CANCELLED', 'Cancelled.') : explain(error, place)
      }
    },
    async remove(keys) {
      await mapConcurrently(keys, 32, async (key) => {
        await rm(placeOf(key), { force: true }).catch((error: unknown) => {
          throw explain(error, placeOf(key))
        })
      })
    },
    async [Symbol.asyncDispose]() {
      if (made.has(pending)) await removeAbandoned(pending)
    },
  }
}

/** The system copies what is small, or shares its blocks; what takes a while can be cancelled and tells how far it is. */
async function copy({ path, sizeBytes, onBytes }: RemoteSource, to: string, signal: AbortSignal): Promise<void> {
  if (sizeBytes <= cancellableBytes) {
    await copyFile(path, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE)
    return onBytes?.(sizeBytes)
  }
  const isShared = await copyFile(path, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE_FORCE).then(
    () => true,
    () => false,
  )
  if (isShared) return onBytes?.(sizeBytes)
  const source = createReadStream(path, { highWaterMark: smallBytes })
  source.on('data', (chunk) => onBytes?.(chunk.length))
  await pipeline(source, createWriteStream(to, { mode: 0o444, highWaterMark: smallBytes }), { signal })
}

/** Makes the remote's own folder as well, but not what that is in: a disk that is not mounted is not filled from below. */
async function makeFolderBelow(root: string, path: string): Promise<void> {
  if ((await statIfThere(dirname(root))) === undefined) {
    throw new RunwrightError('TEMPORARILY_UNAVAILABLE', `There is no folder ${dirname(root)} for the remote ${root}.`, {
      hint: 'Is its disk mounted? If it is a new place, make that folder.',
    })
  }
  await mkdir(path, { recursive: true })
}

async function statIfThere(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path)
  } catch (error) {
    if (isMissing(error)) return undefined
    throw explain(error, path)
  }
}

async function readFrom(path: string, start: number): Promise<Readable> {
  const file = await open(path).catch((error: unknown) => {
    throw explain(error, path)
  })
  try {
    const { size } = await file.stat()
    if (size - start > smallBytes) {
      // The stream closes the file.
      return createReadStream('', { fd: file, start, highWaterMark: smallBytes })
    }
    const bytes = Buffer.alloc(Math.max(0, size - start))
    const { bytesRead } = await file.read(bytes, 0, bytes.length, start)
    await file.close()
    return Readable.from([bytes.subarray(0, bytesRead)])
  } catch (error) {
    await file.close().catch(() => undefined)
    throw explain(error, path)
  }
}

/** Goes only where an object of that prefix may be. */
async function* listFolder(root: string, prefix: string): AsyncGenerator<ListedObject> {
  const kinds = ['files/md5', ...(await namesIn(join(root, 'runwright'))).map((name) => `runwright/${name}`)]
  for (const kind of kinds.filter((kind) => mayHold(kind, prefix))) {
    for (const part of await namesIn(join(root, kind))) {
      if (!mayHold(`${kind}/${part}`, prefix)) continue
      for (const name of await namesIn(join(root, kind, part))) {
        const key = parseObjectKey(`${kind}/${part}/${name}`)
        const entry = key?.startsWith(prefix) ? await statIfThere(join(root, key)) : undefined
        if (key === undefined || entry === undefined) continue
        // What another program copied there with its times has kept that of its writing alone.
        yield { key, sizeBytes: entry.size, changedAt: Math.max(entry.mtimeMs, entry.ctimeMs) }
      }
    }
  }
}

function mayHold(folder: string, prefix: string): boolean {
  return `${folder}/`.startsWith(prefix) || prefix.startsWith(`${folder}/`)
}

async function namesIn(path: string): Promise<readonly string[]> {
  return readdir(path).catch((error: unknown) => {
    if (isMissing(error)) return []
    throw explain(error, path)
  })
}

async function removeAbandoned(pending: string): Promise<void> {
  for (const name of await readdir(pending).catch(() => [])) {
    const path = join(pending, name)
    const age = Date.now() - ((await stat(path).catch(() => undefined))?.mtimeMs ?? Date.now())
    if (age > abandonedMs) await rm(path, { force: true }).catch(() => undefined)
  }
}

function isMissing(error: unknown): boolean {
  return codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR'
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined
}

const meanings: Readonly<Record<string, ErrorCode>> = {
  ENOENT: 'RESOURCE_DOES_NOT_EXIST',
  ENOTDIR: 'RESOURCE_DOES_NOT_EXIST',
  EACCES: 'PERMISSION_DENIED',
  EPERM: 'PERMISSION_DENIED',
  EROFS: 'PERMISSION_DENIED',
  ENOSPC: 'STORAGE_FULL',
  EDQUOT: 'STORAGE_FULL',
  EFBIG: 'STORAGE_FULL',
  EIO: 'TEMPORARILY_UNAVAILABLE',
  ESTALE: 'TEMPORARILY_UNAVAILABLE',
  ETIMEDOUT: 'TEMPORARILY_UNAVAILABLE',
  EHOSTDOWN: 'TEMPORARILY_UNAVAILABLE',
  ENOTCONN: 'TEMPORARILY_UNAVAILABLE',
}

function explain(error: unknown, path: string): unknown {
  if (error instanceof RunwrightError) return error
  const code = codeOf(error)
  const meaning = code === undefined ? undefined : meanings[code]
  if (code === undefined || meaning === undefined) return error
  return new RunwrightError(meaning, `${path}: ${sentences[meaning] ?? 'the system refused'} (${code}).`, {
    cause: error,
  })
}

const sentences: Partial<Record<ErrorCode, string>> = {
  RESOURCE_DOES_NOT_EXIST: 'there is no such object',
  PERMISSION_DENIED: 'this user may not do that there',
  STORAGE_FULL: 'the disk or the quota is full',
  TEMPORARILY_UNAVAILABLE: 'the disk does not answer',
}
