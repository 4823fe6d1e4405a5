import { Writable } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'

/** Longer texts are said in pieces, so that no line becomes too long for who reads it. */
const maxPiece = 1 << 20

/**
 * Takes the place of `process.stdout` or `process.stderr`: what is written is said before the writer goes on, so that it
 * is in order with all else, and nothing is left to be written when the process ends.
 *
 * Node's own streams are in the midst of a write when a cell is ended there, and write nothing more. This one has no
 * state but the bytes of a letter that is not whole.
 */
export function createCellStream(fd: 1 | 2, say: (text: string) => void): Writable {
  const decoder = new StringDecoder('utf8')
  const stream = new Writable()
  function write(chunk: unknown, ...more: unknown[]): boolean {
    const text = typeof chunk === 'string' ? asText(chunk, more[0]) : decoder.write(toBuffer(chunk))
    for (let at = 0; at < text.length; at += maxPiece) say(text.slice(at, at + maxPiece))
    const done = more.find((each) => typeof each === 'function')
    if (done !== undefined) process.nextTick(done)
    return true
  }
  return Object.assign(stream, { write, end: () => stream, fd, isTTY: false, columns: 100 })
}

function asText(chunk: string, encoding: unknown): string {
  const isOther = typeof encoding === 'string' && Buffer.isEncoding(encoding) && !/^utf-?8$/i.test(encoding)
  return isOther ? Buffer.from(chunk, encoding).toString() : chunk
}

function toBuffer(chunk: unknown): Buffer {
  return Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk instanceof Uint8Array ? chunk : String(chunk))
}
