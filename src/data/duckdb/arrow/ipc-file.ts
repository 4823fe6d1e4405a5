import { type FileHandle, open } from 'node:fs/promises'
import { Footer } from 'apache-arrow/ipc/metadata/file'
import { Message } from 'apache-arrow/ipc/metadata/message'
import type { Schema } from 'apache-arrow/schema'
import { checkFooter, checkMessage } from './check-metadata.ts'
import { checkIntact, invalidInput, reasonOf, toInvalidInput } from './invalid-input.ts'
import { checkBodySize } from './unpack-body.ts'

/** A piece of a file: the schema, a dictionary, or a record batch. */
export interface IpcMessage {
  readonly message: Message
  readonly body: Uint8Array
}

/** What is in a file of Arrow, piece by piece. */
export interface IpcFile extends AsyncDisposable {
  readonly sizeBytes: number
  readonly schema: Schema
  /** Dictionaries and record batches; each is read when it is asked for. A batch comes after the dictionaries it needs. */
  messages(): AsyncGenerator<IpcMessage>
}

const magic = 'ARROW1'
const featherMagic = 'FEA1'
/** The length of the footer and the magic word, at the end. */
const trailerBytes = 4 + magic.length
const maxMetadataBytes = 64 << 20

/**
 * Opens a file in either form: the one that begins with its name and has a footer (`.arrow`, `.feather`), or the plain
 * stream (`.arrows`). Which it is, the first bytes tell.
 *
 * @throws Invalid Input Error for what is neither
 * @see https://arrow.apache.org/docs/format/Columnar.html#serialization-and-interprocess-communication-ipc
 */
export async function openIpcFile(path: string): Promise<IpcFile> {
  const handle = await open(path)
  try {
    const { size } = await handle.stat()
    const start = (await readAt(handle, 0, Math.min(size, magic.length))).toString('latin1')
    if (start.startsWith(featherMagic)) {
      throw invalidInput('it is of Feather’s first version, which is not read; write it anew as version 2')
    }
    const read = start === magic ? await openBlocks(handle, size) : await openStream(handle, size)
    return { sizeBytes: size, ...read, [Symbol.asyncDispose]: () => handle.close() }
  } catch (error) {
    await handle.close()
    throw error
  }
}

type Contents = Pick<IpcFile, 'schema' | 'messages'>

async function openBlocks(handle: FileHandle, size: number): Promise<Contents> {
  const trailer = await readAt(handle, Math.max(0, size - trailerBytes), trailerBytes)
  checkIntact(trailer.toString('latin1', 4) === magic, 'its end is missing')
  const footerBytes = trailer.readInt32LE(0)
  checkIntact(footerBytes > 0 && footerBytes <= Math.min(size - trailerBytes, maxMetadataBytes), 'it has no footer')
  const bytes = await readAt(handle, size - trailerBytes - footerBytes, footerBytes)
  checkFooter(bytes)
  const footer = Footer.decode(bytes)
  return {
    schema: footer.schema,
    async *messages() {
      for (const blocks of [footer.dictionaryBatches(), footer.recordBatches()]) {
        for (const { offset } of blocks) {
          const found = await readMessage(handle, size, offset)
          checkIntact(found !== undefined, 'a record batch is not where it should be')
          yield found
        }
      }
    },
  }
}

async function openStream(handle: FileHandle, size: number): Promise<Contents> {
  const first = await readMessage(handle, size, 0).catch((cause: unknown) => {
    // A stream has no word to be known by.
    throw invalidInput(`it is no Arrow file, or ${reasonOf(toInvalidInput(cause))}`)
  })
  if (first === undefined || !first.message.isSchema()) throw invalidInput('it is no Arrow file')
  return {
    schema: first.message.header(),
    async *messages() {
      for (let at = first.end; ;) {
        const next = await readMessage(handle, size, at)
        if (next === undefined) return
        yield next
        at = next.end
      }
    },
  }
}

/** Undefined at the end, which a stream may or may not mark. */
async function readMessage(
  handle: FileHandle,
  size: number,
  at: number,
): Promise<(IpcMessage & { readonly end: number }) | undefined> {
  if (at === size) return undefined
  checkIntact(at + 4 <= size, 'it is cut off')
  const prefix = await readAt(handle, at, Math.min(8, size - at))
  // Before version 0.15 there was no mark before the length.
  const isMarked = prefix.readInt32LE(0) === -1
  checkIntact(!isMarked || prefix.length === 8, 'it is cut off')
  const [start, metadataBytes] = isMarked ? [at + 8, prefix.readInt32LE(4)] : [at + 4, prefix.readInt32LE(0)]
  if (metadataBytes === 0) return undefined
  checkIntact(metadataBytes > 0 && metadataBytes <= maxMetadataBytes, 'a header has no length that can be')
  checkIntact(start + metadataBytes <= size, 'it is cut off')
  const metadata = await readAt(handle, start, metadataBytes)
  checkMessage(metadata)
  const message = Message.decode(metadata)
  const { bodyLength } = message
  checkIntact(bodyLength >= 0 && start + metadataBytes + bodyLength <= size, 'it is cut off')
  checkBodySize(bodyLength)
  const body = await readAt(handle, start + metadataBytes, bodyLength)
  return { message, body, end: start + metadataBytes + bodyLength }
}

/** Memory of its own, so that numbers lie where processors want them. */
async function readAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.from(new ArrayBuffer(length))
  for (let filled = 0; filled < length;) {
    const { bytesRead } = await handle.read(bytes, filled, length - filled, position + filled)
    checkIntact(bytesRead > 0, 'it is cut off')
    filled += bytesRead
  }
  return bytes
}
