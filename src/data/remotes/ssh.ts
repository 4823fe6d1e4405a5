import { randomBytes } from 'node:crypto'
import { open as openFile } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { mapConcurrently } from '../../base/map-concurrently.ts'
import { RunwrightError } from '../../protocol/errors.ts'
import { type ObjectKey, parseObjectKey } from '../object-key.ts'
import type { DataRemote, ListedObject, RemoteKind, RemoteOptions, RemoteSource } from '../remote.ts'
import { findObjects } from '../wire/find-objects.ts'
import { parseUrl, readIdleMs, readNumber } from '../../object-store/remote-options.ts'
import { openSftp, pieceBytes, type Sftp, type SftpFile, type SftpLine } from '../wire/sftp.ts'
import { openSshLine } from '../wire/ssh-line.ts'

/** A folder of another machine: `ssh://user@host:port/path`. */
const ssh: RemoteKind = {
  name: 'ssh',
  accepts: (url) => /^(ssh|sftp):\/\//i.test(url),
  open: (remote) => Promise.resolve(openSsh(remote)),
}
export default ssh

/** Pieces under way at a time, of one object. */
const window = 64
/** A larger object goes on where it was broken off. */
const resumedBytes = 8 << 20
const pending = 'runwright/tmp'

interface Place {
  readonly root: string
  /** The one connection; opened again when it has broken. */
  connect(signal: AbortSignal): Promise<Sftp>
  /** Makes a folder below the root and those above it, once a connection. */
  makeFolder(sftp: Sftp, path: string): Promise<void>
}

function openSsh(remote: RemoteOptions): DataRemote {
  const { host, user, port, root } = readPlace(remote)
  const line = { host, user, port, keyFile: remote.options.get('keyfile'), env: remote.env }
  const idleMs = readIdleMs(remote.options, ['timeout'])
  const lines = createLines(() => openSshLine({ ...line, idleMs }))
  const place: Place = { root, connect: lines.connect, makeFolder: createFolders(root) }
  const concurrency = readNumber(remote.options, 'jobs') ?? 24
  const list: DataRemote['list'] = (prefix, signal) => listPlace(place, prefix, signal)
  return {
    label: `ssh://${user === undefined ? '' : `${user}@`}${host}${port === undefined ? '' : `:${port}`}${root}`,
    concurrency,
    async find(keys, signal) {
      const sftp = await place.connect(signal)
      const ask = async (key: ObjectKey) => (await sftp.stat(`${root}/${key}`))?.sizeBytes
      return findObjects(keys, { concurrency, list, pageSize: Number.POSITIVE_INFINITY, ask }, signal)
    },
    list,
    async read(key, start, signal) {
      const sftp = await place.connect(signal)
      const file = await sftp.open(`${root}/${key}`, 'read')
      return Readable.from(readPieces(file, start, signal), { objectMode: false, highWaterMark: 1 << 20 })
    },
    write: (key, source, signal) => writeObject(place, key, source, signal),
    async remove(keys, signal) {
      const sftp = await place.connect(signal)
      await mapConcurrently(keys, concurrency, (key) => sftp.remove(`${root}/${key}`))
    },
    [Symbol.asyncDispose]: lines.close,
  }
}

function readPlace({ url, options }: RemoteOptions) {
  const { hostname, pathname, port, username } = parseUrl(url.replace(/^sftp/i, 'ssh'))
  const host = hostname.replace(/^\[(.*)\]$/, '$1')
  const user = options.get('user') ?? (username === '' ? undefined : decodeURIComponent(username))
  const words = [host, ...(user === undefined ? [] : [user])]
  // What ssh would take for an option is no name.
  if (words.some((word) => !/^[^\s\p{Cc}-][^\s\p{Cc}]*$/u.test(word))) {
    throw new RunwrightError('INVALID_PARAMETER_VALUE', `${url} names no host for ssh.`, {
      hint: 'It has the form ssh://user@host:port/path.',
    })
  }
  const root = decodeURIComponent(pathname).replace(/\/+$/, '')
  return { host, user, port: options.get('port') ?? (port === '' ? undefined : port), root }
}

/** @param openLine starts an ssh process */
function createLines(openLine: () => SftpLine) {
  let line: SftpLine | undefined
  let sftp: Promise<Sftp> | undefined
  function start(): Promise<Sftp> {
    const started = openLine()
    line = started
    void started.ended.then(() => {
      if (line === started) sftp = line = undefined
    })
    return openSftp(started)
  }
  return {
    connect(signal: AbortSignal): Promise<Sftp> {
      throwIfAborted(signal)
      sftp ??= start()
      return untilAborted(sftp, signal)
    },
    async close() {
      line?.input.end()
      // A healthy server ends with its input.
      const timer = setTimeout(() => line?.abort(), 2000)
      await line?.ended
      clearTimeout(timer)
    },
  }
}

function createFolders(root: string): Place['makeFolder'] {
  const made = new WeakMap<Sftp, Map<string, Promise<void>>>()
  async function make(sftp: Sftp, path: string): Promise<void> {
    const place = path === '' ? root : `${root}/${path}`
    if (await sftp.makeFolder(place)) return
    if ((await sftp.stat(place)) !== undefined) return
    if (path === '') {
      throw new RunwrightError('TEMPORARILY_UNAVAILABLE', `${root} is not there and cannot be made.`, {
        hint: 'Make the folder that it is in. If it is on a disk of its own: is that mounted?',
      })
    }
    await makeFolder(sftp, path.slice(0, Math.max(0, path.lastIndexOf('/'))))
    await sftp.makeFolder(place)
  }
  function makeFolder(sftp: Sftp, path: string): Promise<void> {
    const known = made.get(sftp) ?? new Map<string, Promise<void>>()
    made.set(sftp, known)
    const making = known.get(path) ?? make(sftp, path)
    known.set(path, making)
    return making
  }
  return makeFolder
}

/** The pieces of a file in their order, with many asked for ahead. */
async function* readPieces(file: SftpFile, start: number, signal: AbortSignal): AsyncGenerator<Buffer> {
  const ahead: { readonly at: number; readonly length: number; readonly piece: Promise<Buffer> }[] = []
  let next = start
  const fill = () => {
    while (ahead.length < window && next < file.sizeBytes) {
      const length = Math.min(pieceBytes, file.sizeBytes - next)
      const piece = file.read(next, length)
      // Those that are not awaited any more fail with the one that is.
      piece.catch(() => undefined)
      ahead.push({ at: next, length, piece })
      next += length
    }
  }
  try {
    for (fill(); ahead.length > 0; fill()) {
      throwIfAborted(signal)
      const { at, length, piece } = ahead.shift() ?? { at: 0, length: 0, piece: Promise.resolve(Buffer.alloc(0)) }
      let got = await untilAborted(piece, signal)
      yield got
      // A server may send less than it was asked for.
      for (let have = got.length; have < length && got.length > 0; have += got.length) {
        got = await file.read(at + have, length - have)
        yield got
      }
    }
  } finally {
    await file.close().catch(() => undefined)
  }
}

/**
 * Writes beside and renames. Equal keys mean equal bytes, so two that write one object at a time write the same, and who
 * comes second finds it there.
 */
async function writeObject(place: Place, key: ObjectKey, source: RemoteSource, signal: AbortSignal): Promise<void> {
  const sftp = await place.connect(signal)
  const isResumed = source.sizeBytes > resumedBytes
  const name = isResumed ? `${key.replaceAll('/', '-')}.part` : randomBytes(12).toString('hex')
  const beside = `${place.root}/${pending}/${name}`
  const object = `${place.root}/${key}`
  await place.makeFolder(sftp, pending)
  await place.makeFolder(sftp, key.slice(0, key.lastIndexOf('/')))
  const file = await openPart(sftp, beside, source.sizeBytes)
  await writePieces(file, source, signal).finally(() => file.close())
  try {
    await sftp.rename(beside, object)
  } catch (error) {
    if ((await sftp.stat(object))?.sizeBytes !== source.sizeBytes) throw error
  }
}

/** A part that is longer than the object is no part of it. */
async function openPart(sftp: Sftp, path: string, sizeBytes: number): Promise<SftpFile> {
  const file = await sftp.open(path, 'write')
  if (file.sizeBytes <= sizeBytes) return file
  await file.close()
  await sftp.remove(path)
  return sftp.open(path, 'write')
}

async function writePieces(file: SftpFile, source: RemoteSource, signal: AbortSignal): Promise<void> {
  // What was under way when the line broke may have holes.
  const start = Math.max(0, file.sizeBytes - window * pieceBytes)
  source.onBytes?.(start)
  let sent = start
  const under = new Set<Promise<void>>()
  const local = await openFile(source.path)
  try {
    for (let at = start; at < source.sizeBytes; at += pieceBytes) {
      throwIfAborted(signal)
      const { bytesRead, buffer } = await local.read(Buffer.allocUnsafe(pieceBytes), 0, pieceBytes, at)
      const writing = file.write(at, buffer.subarray(0, bytesRead)).then(() => {
        under.delete(writing)
        sent += bytesRead
        source.onBytes?.(bytesRead)
      })
      writing.catch(() => undefined)
      under.add(writing)
      if (under.size >= window) await untilAborted(Promise.race(under), signal)
    }
    await untilAborted(Promise.all(under), signal)
  } catch (error) {
    source.onBytes?.(-sent)
    throw error
  } finally {
    await local.close()
  }
}

async function* listPlace({ root, connect }: Place, prefix: string, signal: AbortSignal): AsyncGenerator<ListedObject> {
  const sftp = await connect(signal)
  const whole = prefix.slice(0, prefix.lastIndexOf('/') + 1).replace(/\/$/, '')
  // The list grows while it is gone through.
  const folders = whole === '' ? ['files', 'runwright'] : [whole]
  for (const folder of folders) {
    for (const { name, isFolder, sizeBytes = 0, changedAt } of await sftp.list(`${root}/${folder}`)) {
      throwIfAborted(signal)
      const path = `${folder}/${name}`
      const key = parseObjectKey(path)
      if (isFolder && path !== pending && path.split('/').length < 4) folders.push(path)
      else if (key?.startsWith(prefix)) yield { key, sizeBytes, changedAt }
    }
  }
}

function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw new RunwrightError('CANCELLED', 'Cancelled.')
}

function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const give = () => reject(new RunwrightError('CANCELLED', 'Cancelled.'))
    if (signal.aborted) return give()
    signal.addEventListener('abort', give, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', give))
  })
}
