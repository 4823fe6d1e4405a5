import { createHash } from 'node:crypto'
import { readdir, readFile, rm, stat, utimes } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { Readable } from 'node:stream'
import { deserialize, serialize } from 'node:v8'
import { makeFolder, warn } from './checkpoint-folder.ts'
import { digestOf } from './digest.ts'
import { lockFile } from './folder-lock.ts'
import { removeAbandoned, writePending } from './pending-file.ts'

export interface CacheOptions {
  /** Functions and values that the function uses and that its own text does not show. */
  readonly uses?: readonly unknown[]
  /** Default: RUNWRIGHT_CACHE_DIR, else `.runwright/cache`. */
  readonly folder?: string
  /** From here on the results that were not used for longest go. Default: RUNWRIGHT_CACHE_BYTES, else 10 GiB. */
  readonly maxSizeBytes?: number
}

/** As the Python package writes them: this, the SHA-256 of what follows, and the result. */
const magic = Buffer.from('runwright-cache-1\n')
const digestBytes = 32
const defaultSizeBytes = 10 * 2 ** 30

/**
 * Keeps the results of a function on disk, and computes one only if the text of the function, what it `uses` or its
 * arguments have changed. One process computes, others that ask for the same wait for it. A result that cannot be kept
 * is returned all the same, with a warning. Errors are not kept.
 */
export function cached<Arguments extends unknown[], Result>(
  compute: (...args: Arguments) => Result | Promise<Result>,
  { uses = [], folder, maxSizeBytes }: CacheOptions = {},
): (...args: Arguments) => Promise<Result> {
  return async (...args) => {
    const text = [compute, ...uses].map((each) => (typeof each === 'function' ? `function ${String(each)}` : each))
    const name = compute.name.replaceAll(/\W/g, '-') || 'anonymous'
    const key = `${name.slice(-60)}-${(await digestOf(['v8', text, args])).slice(0, 40)}`
    const place = resolve(folder ?? (process.env['RUNWRIGHT_CACHE_DIR'] || join('.runwright', 'cache')))
    const path = join(place, `${key}.v8`)
    const found = await findResult(path)
    // SAFETY: what is under this key was returned by this function.
    if (found !== undefined) return found.value as Result
    await makeFolder(place)
    await using _lock = await lockFile(join(place, `${key}.lock`))
    // Another process may have computed it while this one waited.
    const meanwhile = await findResult(path)
    // SAFETY: as above.
    if (meanwhile !== undefined) return meanwhile.value as Result
    const value = await compute(...args)
    await keep(path, place, value, maxSizeBytes ?? readLimit())
    return value
  }
}

/** Counts as a use. A torn or changed one is as none, with a warning, and a new one replaces it. */
async function findResult(path: string): Promise<{ readonly value: unknown } | undefined> {
  const bytes = await readFile(path).catch(() => undefined)
  if (bytes === undefined) return undefined
  const start = magic.length + digestBytes
  const body = bytes.subarray(start)
  const isIntact =
    bytes.subarray(0, magic.length).equals(magic) && hashOf(body).equals(bytes.subarray(magic.length, start))
  if (!isIntact) {
    warn(`The cached result ${path} is torn or was changed; it is computed again.`)
    return undefined
  }
  const now = new Date()
  await utimes(path, now, now).catch(() => undefined)
  return { value: deserialize(body) }
}

async function keep(path: string, folder: string, value: unknown, maxSizeBytes: number): Promise<void> {
  try {
    const body = serialize(value)
    await using pending = await writePending(folder, Readable.from([magic, hashOf(body), body]))
    await pending.publish(path)
    await evict(folder, maxSizeBytes)
  } catch (error) {
    warn(`The result for ${path} could not be kept: ${String(error)}`)
  }
}

/** Of both languages, for they share the folder. */
async function evict(folder: string, maxSizeBytes: number): Promise<void> {
  await removeAbandoned(folder)
  const names = (await readdir(folder)).filter((name) => name.endsWith('.v8') || name.endsWith('.pkl'))
  const entries = await Promise.all(
    names.map(async (name) => {
      const entry = await stat(join(folder, name)).catch(() => undefined)
      return entry === undefined ? [] : [{ name, sizeBytes: entry.size, usedAt: entry.mtimeMs }]
    }),
  )
  const known = entries.flat().toSorted((a, b) => a.usedAt - b.usedAt)
  let totalBytes = known.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  for (const { name, sizeBytes } of known) {
    if (totalBytes <= maxSizeBytes) return
    await rm(join(folder, name), { force: true })
    totalBytes -= sizeBytes
  }
}

function readLimit(): number {
  const text = process.env['RUNWRIGHT_CACHE_BYTES'] ?? ''
  const limit = text === '' ? defaultSizeBytes : Number(text)
  if (Number.isFinite(limit)) return limit
  throw new RangeError(`RUNWRIGHT_CACHE_BYTES is "${text}", which is no number.`)
}

function hashOf(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest()
}
