import { createHash, randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { RunwrightError } from '../../protocol/errors.ts'
import { toStorageError } from '../../store/storage-error.ts'
import { parseSha256, type Sha256 } from '../hash.ts'
import { chunkKey, type ObjectKey } from '../object-key.ts'
import type { DataRemote, RemoteSource } from '../remote.ts'
import { sendObject } from '../transfer/send-object.ts'
import { chunkBytes, findCuts } from './find-cuts.ts'
import { formatIndex, type PackedChunk, type Recipe, type Run } from './recipe.ts'

/** A pack is full with so many bytes: one request for a hundred chunks. */
const packBytes = 8 << 20
const readBytes = 1 << 20

/** Where a chunk is. */
export type KnownChunks = Map<Sha256, Run>

/**
 * Sends the chunks of a file that the remote lacks, in packs, and the index of a pack after it.
 *
 * @param folder absolute path, for a pack before it is sent
 * @param known is told of those that were sent
 * @returns how the file is put together
 */
export async function writePacks(
  remote: DataRemote,
  folder: string,
  source: RemoteSource,
  known: KnownChunks,
  signal: AbortSignal,
): Promise<Recipe> {
  const runs: Run[] = []
  let parts: Buffer[] = []
  let chunks: PackedChunk[] = []
  /** What stands for the pack that is being filled, until it has a name. */
  let places: number[] = []
  let size = 0

  const sendPack = async () => {
    if (chunks.length === 0) return
    const bytes = Buffer.concat(parts)
    const pack = sha256Of(bytes)
    await sendBytes(remote, folder, chunkKey('pack', pack), bytes, signal)
    await sendBytes(remote, folder, chunkKey('index', pack), Buffer.from(formatIndex(chunks)), signal)
    for (const { name, start, length } of chunks) known.set(name, { pack, start, length })
    for (const at of places) runs[at] = { ...(runs[at] ?? { start: 0, length: 0 }), pack }
    ;[parts, chunks, places, size] = [[], [], [], 0]
  }
  /** Chunks of the pack that is being filled. */
  const own = new Map<Sha256, { readonly start: number; readonly length: number }>()
  for await (const chunk of readChunks(source.path)) {
    if (signal.aborted) throw new RunwrightError('CANCELLED', 'Cancelled.')
    const name = sha256Of(chunk)
    const there = known.get(name)
    // An index says another length where a bit of it was flipped.
    if (there?.length === chunk.length) runs.push(there)
    else {
      const place = own.get(name) ?? { start: size, length: chunk.length }
      if (!own.has(name)) {
        own.set(name, place)
        parts.push(Buffer.from(chunk))
        chunks.push({ name, ...place })
        size += chunk.length
      }
      places.push(runs.length)
      runs.push({ pack: unnamed, ...place })
    }
    source.onBytes?.(chunk.length)
    if (size >= packBytes) {
      await sendPack()
      own.clear()
    }
  }
  await sendPack()
  return { sizeBytes: source.sizeBytes, runs: joinRuns(runs) }
}

// SAFETY: it is 64 hex digits, and replaced before anybody sees it.
const unnamed = '0'.repeat(64) as Sha256

async function* readChunks(path: string): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0)
  for await (const bytes of createReadStream(path, { highWaterMark: readBytes }) as AsyncIterable<Buffer>) {
    const all = rest.length === 0 ? bytes : Buffer.concat([rest, bytes])
    let start = 0
    // A chunk that might still grow waits for what follows.
    for (const end of findCuts(all, false)) {
      yield all.subarray(start, end)
      start = end
    }
    rest = all.subarray(start)
    if (rest.length > chunkBytes.most) throw new RangeError('A chunk is longer than any may be.')
  }
  let start = 0
  for (const end of findCuts(rest, true)) {
    yield rest.subarray(start, end)
    start = end
  }
}

/** What stands side by side in a pack is one run. */
function joinRuns(runs: readonly Run[]): readonly Run[] {
  const joined: Run[] = []
  for (const run of runs) {
    const last = joined.at(-1)
    if (last !== undefined && last.pack === run.pack && last.start + last.length === run.start) {
      joined[joined.length - 1] = { ...last, length: last.length + run.length }
    } else joined.push(run)
  }
  return joined
}

/** Remotes take files. @throws STORAGE_FULL, STORAGE_READ_ONLY of this machine, and as `DataRemote.write` */
export async function sendBytes(
  remote: DataRemote,
  folder: string,
  key: ObjectKey,
  bytes: Uint8Array,
  signal: AbortSignal,
): Promise<void> {
  const path = join(folder, randomBytes(8).toString('hex'))
  try {
    await writeFile(path, bytes).catch((error: unknown) => {
      throw toStorageError(error, path)
    })
    await sendObject(remote, key, { path, sizeBytes: bytes.byteLength }, signal)
  } finally {
    await rm(path, { force: true })
  }
}

function sha256Of(bytes: Uint8Array): Sha256 {
  const hash = parseSha256(createHash('sha256').update(bytes).digest('hex'))
  if (hash === undefined) throw new RunwrightError('INTERNAL_ERROR', 'A hash is none.')
  return hash
}
