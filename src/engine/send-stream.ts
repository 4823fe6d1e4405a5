import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream as NodeReadableStream } from 'node:stream/web'

/** One such block is read while the one before it is sent. */
const blockSizeBytes = 1024 * 1024

/**
 * Sends bytes as the body of an answer, and ends it.
 *
 * Of a stream that fills the memory it is given, as that of a file does, two blocks go round: with a new one for each
 * piece, an engine that sent 2 GiB had 60 MB of old ones until V8 came to look for them.
 *
 * @throws what reading throws, or when the client goes away; the stream is then cancelled
 */
export async function sendStream(response: ServerResponse, bytes: ReadableStream<Uint8Array>): Promise<void> {
  const reader = openFillingReader(bytes)
  if (reader === undefined) {
    // SAFETY: Node types its web streams apart from the global ones, which they are.
    await pipeline(Readable.fromWeb(bytes as NodeReadableStream<Uint8Array>), response)
    return
  }
  try {
    let reading = reader.read(new Uint8Array(blockSizeBytes))
    let spare = new Uint8Array(blockSizeBytes)
    for (;;) {
      const { value, done } = await reading
      if (done || value === undefined) break
      reading = reader.read(spare)
      // Looked at in the next round, unless there is none.
      reading.catch(() => undefined)
      await write(response, value)
      spare = new Uint8Array(value.buffer)
    }
  } catch (error) {
    await reader.cancel(error).catch(() => undefined)
    throw error
  }
  response.end()
}

function openFillingReader(bytes: ReadableStream<Uint8Array>): ReadableStreamBYOBReader | undefined {
  try {
    return bytes.getReader({ mode: 'byob' })
  } catch (error) {
    if (error instanceof TypeError) return undefined
    throw error
  }
}

/** Resolves once the bytes have gone to the system, so that their memory may be written to. */
function write(response: ServerResponse, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    const onClose = () => reject(new Error('The client went away before it had all of the answer.'))
    if (response.destroyed) return onClose()
    response.once('close', onClose)
    response.write(bytes, (error) => {
      response.off('close', onClose)
      if (error === null || error === undefined) resolve()
      else reject(error)
    })
  })
}
