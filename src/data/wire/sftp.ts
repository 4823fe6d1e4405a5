import type { Readable, Writable } from 'node:stream'
import { RunwrightError } from '../../protocol/errors.ts'
import {
  createPacketCutter,
  createReader,
  encodePacket,
  type Field,
  type FileAttributes,
  packetTypes,
  readAttributes,
  statusCodes,
} from './sftp-packets.ts'

/** The files of another machine. Any number of requests may be under way; all fail when the connection ends. */
export interface Sftp {
  /** @param how `read`, or `write` for a file that is made if it is not there, and not emptied if it is */
  open(path: string, how: 'read' | 'write'): Promise<SftpFile>
  /** Undefined for what is not there. */
  stat(path: string): Promise<FileAttributes | undefined>
  /** Members of a folder without `.` and `..`; none where there is no folder. */
  list(path: string): Promise<readonly (FileAttributes & { readonly name: string })[]>
  /** Whether it was made; false where something of that name is there already, or what it is in is not. */
  makeFolder(path: string): Promise<boolean>
  /** In place of what has that name. */
  rename(from: string, to: string): Promise<void>
  /** What is not there is no error. */
  remove(path: string): Promise<void>
}

export interface SftpFile {
  readonly sizeBytes: number
  /** At most `length` bytes from `start`, fewer only at the end of the file. */
  read(start: number, length: number): Promise<Buffer>
  write(start: number, bytes: Uint8Array): Promise<void>
  close(): Promise<void>
}

/** What every server takes in one packet. */
export const pieceBytes = 32 << 10
const maxPacketBytes = 1 << 20
const posixRename = 'posix-rename@openssh.com'

interface Answer {
  readonly type: number
  readonly body: Buffer
}

type Ask = (type: number, fields: readonly Field[]) => Promise<Answer>

export interface SftpLine {
  readonly input: Writable
  readonly output: Readable
  /** As errors name it. */
  readonly name: string
  /** Resolves, never rejects, with why the line ended. */
  readonly ended: Promise<RunwrightError>
  /** Told of whether answers are awaited, whenever something was sent or came. */
  readonly onTraffic: (isWaiting: boolean) => void
  /** Ends the line. */
  readonly abort: () => void
}

/** Speaks SFTP over a line that leads to a server's `sftp` subsystem. */
export async function openSftp(line: SftpLine): Promise<Sftp> {
  const { input, output, name } = line
  const waiting = new Map<number, { resolve(answer: Answer): void; reject(error: unknown): void }>()
  let nextId = 0
  let greet: (version: Answer) => void = () => undefined
  const greeting = new Promise<Answer>((resolve) => (greet = resolve))
  const ended = line.ended.then((error) => {
    for (const { reject } of waiting.values()) reject(error)
    waiting.clear()
    return error
  })
  let isOver: RunwrightError | undefined
  void ended.then((error) => (isOver = error))

  const ask: Ask = (type, fields) =>
    new Promise((resolve, reject) => {
      if (isOver !== undefined) return reject(isOver)
      const id = nextId
      nextId = (nextId + 1) >>> 0
      waiting.set(id, { resolve, reject })
      input.write(encodePacket(type, [id, ...fields]))
      line.onTraffic(true)
    })

  const cut = createPacketCutter(maxPacketBytes, (type, body) => {
    if (type === packetTypes.version) return greet({ type, body })
    const id = body.readUInt32BE(0)
    const asked = waiting.get(id)
    waiting.delete(id)
    asked?.resolve({ type, body: body.subarray(4) })
  })
  output.on('data', (chunk: Buffer) => {
    try {
      cut(chunk)
      line.onTraffic(waiting.size > 0)
    } catch {
      // What is no SFTP, as a greeting of a login shell, has no end that one could wait for.
      line.abort()
    }
  })
  input.write(encodePacket(packetTypes.init, [3]))
  line.onTraffic(true)
  const version = await Promise.race([greeting, ended])
  if (version instanceof RunwrightError) throw version
  line.onTraffic(false)
  return createCalls(ask, name, hasExtension(version.body, posixRename))
}

function hasExtension(body: Buffer, wanted: string): boolean {
  const reader = createReader(body)
  reader.number()
  while (!reader.isAtEnd()) {
    const name = reader.string().toString()
    reader.string()
    if (name === wanted) return true
  }
  return false
}

function createCalls(ask: Ask, name: string, canReplace: boolean): Sftp {
  /** Resolves to whether it was done; false for one of the codes in `fine`. */
  const done = async (type: number, fields: readonly Field[], what: string, fine: readonly number[] = []) => {
    const answer = await ask(type, fields)
    const { code, text } = readStatus(answer)
    if (code === statusCodes.ok) return true
    if (fine.includes(code)) return false
    throw explainStatus(code, text, name, what)
  }
  const { noSuchFile, failure } = statusCodes
  return {
    open: (path, how) => openFile(ask, name, path, how),
    async stat(path) {
      const answer = await ask(packetTypes.stat, [path])
      if (answer.type === packetTypes.attrs) return readAttributes(createReader(answer.body))
      const { code, text } = readStatus(answer)
      if (code === noSuchFile) return undefined
      throw explainStatus(code, text, name, path)
    },
    list: (path) => listFolder(ask, name, path),
    makeFolder: (path) => done(packetTypes.mkdir, [path, 0], path, [failure, noSuchFile]),
    async rename(from, to) {
      if (canReplace) return void (await done(packetTypes.extended, [posixRename, from, to], to))
      if (await done(packetTypes.rename, [from, to], to, [failure])) return
      await done(packetTypes.remove, [to], to, [noSuchFile])
      await done(packetTypes.rename, [from, to], to)
    },
    remove: async (path) => void (await done(packetTypes.remove, [path], path, [noSuchFile])),
  }
}

async function openFile(ask: Ask, name: string, path: string, how: 'read' | 'write'): Promise<SftpFile> {
  const flags = how === 'read' ? 0x1 : 0x2 | 0x8
  const answer = await ask(packetTypes.open, [path, flags, 0])
  if (answer.type !== packetTypes.handle) throw failed(answer, name, path)
  const handle = Buffer.from(createReader(answer.body).string())
  const attributes = await ask(packetTypes.fstat, [handle])
  if (attributes.type !== packetTypes.attrs) throw failed(attributes, name, path)
  return {
    sizeBytes: readAttributes(createReader(attributes.body)).sizeBytes ?? 0,
    async read(start, length) {
      const data = await ask(packetTypes.read, [handle, BigInt(start), length])
      if (data.type === packetTypes.data) return createReader(data.body).string()
      if (readStatus(data).code === statusCodes.eof) return Buffer.alloc(0)
      throw failed(data, name, path)
    },
    async write(start, bytes) {
      const written = await ask(packetTypes.write, [handle, BigInt(start), bytes])
      if (readStatus(written).code !== statusCodes.ok) throw explainWrite(written, name, path)
    },
    async close() {
      const closed = await ask(packetTypes.close, [handle])
      if (readStatus(closed).code !== statusCodes.ok) throw explainWrite(closed, name, path)
    },
  }
}

async function listFolder(ask: Ask, name: string, path: string) {
  const opened = await ask(packetTypes.opendir, [path])
  if (opened.type !== packetTypes.handle) {
    if (readStatus(opened).code === statusCodes.noSuchFile) return []
    throw failed(opened, name, path)
  }
  const handle = Buffer.from(createReader(opened.body).string())
  const members: (FileAttributes & { readonly name: string })[] = []
  for (;;) {
    const answer = await ask(packetTypes.readdir, [handle])
    if (answer.type !== packetTypes.name) break
    const reader = createReader(answer.body)
    for (let count = reader.number(); count > 0; count--) {
      const member = reader.string().toString()
      reader.string()
      const attributes = readAttributes(reader)
      if (member !== '.' && member !== '..') members.push({ name: member, ...attributes })
    }
  }
  await ask(packetTypes.close, [handle])
  return members
}

function readStatus({ type, body }: Answer): { readonly code: number; readonly text: string } {
  if (type !== packetTypes.status) return { code: statusCodes.failure, text: `an answer of type ${type}` }
  const reader = createReader(body)
  const code = reader.number()
  return { code, text: reader.isAtEnd() ? '' : reader.string().toString() }
}

function failed(answer: Answer, name: string, what: string): RunwrightError {
  const { code, text } = readStatus(answer)
  return explainStatus(code, text, name, what)
}

function explainStatus(code: number, text: string, name: string, what: string): RunwrightError {
  const place = `${name}:${what}`
  if (code === statusCodes.noSuchFile) return new RunwrightError('RESOURCE_DOES_NOT_EXIST', `${place} is not there.`)
  if (code === statusCodes.permissionDenied) {
    const hint = 'Give this user the right to write there, or name another folder in the url of the remote.'
    return new RunwrightError('PERMISSION_DENIED', `${place}: this user may not do that there.`, { hint })
  }
  return new RunwrightError('INVALID_STATE', `${place} failed: ${text === '' ? `status ${code}` : text}.`)
}

/** The protocol has no word for a full disk. */
function explainWrite(answer: Answer, name: string, what: string): RunwrightError {
  const { code, text } = readStatus(answer)
  if (code !== statusCodes.failure) return explainStatus(code, text, name, what)
  return new RunwrightError('STORAGE_FULL', `${name}:${what} cannot be written: ${text}.`, {
    hint: `Look at the disk and the quota of ${name}.`,
  })
}
