import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'

/** An input that counts by its content, not by its name: `load(inputFile('data.csv'))`. */
export interface InputFile {
  readonly inputFile: string
}

export function inputFile(path: string): InputFile {
  return { inputFile: path }
}

/**
 * A digest of a value: equal for equal values in every process, whatever the order of Sets, Maps and fields. Arrays of
 * numbers count by their bytes, functions by their text, files by content.
 *
 * @throws TypeError for what has no value that could be compared: a promise, a symbol, a WeakMap
 */
export async function digestOf(value: unknown, open: readonly object[] = []): Promise<string> {
  if (typeof value !== 'object' || value === null) return join(typeof value, [describePrimitive(value)])
  if (open.includes(value)) return join('cycle', [String(open.indexOf(value))])
  const inside = (each: unknown) => digestOf(each, [...open, value])
  const all = (values: Iterable<unknown>) => Promise.all(Array.from(values, inside))
  const kind = Object.getPrototypeOf(value) === null ? 'Object' : value.constructor.name
  if (ArrayBuffer.isView(value)) {
    return join(kind, [new Uint8Array(value.buffer, value.byteOffset, value.byteLength)])
  }
  if (value instanceof ArrayBuffer) return join(kind, [new Uint8Array(value)])
  if (value instanceof Date) return join(kind, [String(value.getTime())])
  if (value instanceof RegExp || value instanceof URL) return join(kind, [String(value)])
  if (Array.isArray(value)) return join(kind, await all(value))
  if (value instanceof Set) return join(kind, (await all(value)).toSorted())
  if (value instanceof Map) return join(kind, (await all(value.entries())).toSorted())
  if (value instanceof Promise || value instanceof WeakMap || value instanceof WeakSet) {
    throw new TypeError(`A ${kind} cannot be part of a cache key: it has no value that could be compared.`)
  }
  if ('inputFile' in value && typeof value.inputFile === 'string')
    return join('file', [await hashFile(value.inputFile)])
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return join(kind, await all(entries))
}

function describePrimitive(value: unknown): string {
  if (typeof value === 'symbol') throw new TypeError('A symbol cannot be part of a cache key.')
  return Object.is(value, -0) ? '-0' : String(value)
}

function join(kind: string, parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256').update(`${kind}\0`)
  for (const part of parts) hash.update(`${part.length}\0`).update(part)
  return hash.digest('hex')
}

async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) {
    // SAFETY: a stream without an encoding gives buffers.
    hash.update(chunk as Buffer)
  }
  return hash.digest('hex')
}
