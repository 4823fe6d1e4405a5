import { Readable } from 'node:stream'
import { mapConcurrently } from '../../base/map-concurrently.ts'
import { RunwrightError } from '../../protocol/errors.ts'
import { type DataHash, parseDataHash, parseSha256 } from '../hash.ts'
import { chunkKey, dataKey, findDataHash, type ObjectKey } from '../object-key.ts'
import type { DataRemote, RemoteSource } from '../remote.ts'
import { openScratchFolder, type ScratchFolder } from '../transfer/scratch-folder.ts'
import { tryAgain } from '../../object-store/try-again.ts'
import { distrustPacks } from './distrust-packs.ts'
import { readRecipe, readText } from './read-recipe.ts'
import { findIndex, findRecipeSize, formatRecipe, type Recipe } from './recipe.ts'
import { type KnownChunks, sendBytes, writePacks } from './write-packs.ts'

/** A smaller object lies there as it is. */
const chunkedBytes = 1 << 20

/**
 * A remote that keeps large files as chunks, each once, however many files and versions they are in. Small objects and
 * lists of folders lie in it as in any other.
 *
 * @param remote the place that it is in
 */
export function openChunked(remote: DataRemote): DataRemote {
  let known: Promise<KnownChunks> | undefined
  let scratch: ScratchFolder | undefined
  // Two writers at once would both send what both of them lack.
  let turn: Promise<unknown> = Promise.resolve()
  const { local: _, ...plain } = remote
  return {
    ...plain,
    label: `${remote.label} (chunked)`,
    async find(keys, signal) {
      const found = new Map(await remote.find(keys, signal))
      const recipes = new Map(keys.flatMap((key) => (found.has(key) ? [] : recipePairs(key))))
      const there = [...(await remote.find([...recipes.keys()], signal)).keys()]
      await mapConcurrently(there, remote.concurrency, async (recipe) => {
        const [key, sizeBytes] = [recipes.get(recipe), await findSize(remote, recipe, signal)]
        // One that is damaged is none: whoever has the file sends it again.
        if (key !== undefined && sizeBytes !== undefined) found.set(key, sizeBytes)
      })
      return found
    },
    async *list(prefix, signal) {
      yield* remote.list(prefix, signal)
      for await (const { key: recipe, changedAt } of remote.list('runwright/recipe/', signal)) {
        const hash = parseDataHash(recipe.split('/').slice(2).join(''))
        const key = hash === undefined ? undefined : dataKey(hash)
        if (!key?.startsWith(prefix)) continue
        yield { key, sizeBytes: (await findSize(remote, recipe, signal)) ?? 0, changedAt }
      }
    },
    async read(key, start, signal) {
      const [[recipe] = []] = recipePairs(key)
      const isPlain = recipe === undefined || (await remote.find([recipe], signal)).size === 0
      if (isPlain) return remote.read(key, start, signal)
      const { runs } = await readRecipe(remote, recipe, signal)
      return Readable.from(readRuns(remote, runs, start, signal), { objectMode: false, highWaterMark: 1 << 20 })
    },
    write(key, source, signal) {
      const [[recipe] = []] = recipePairs(key)
      if (recipe === undefined || source.sizeBytes < chunkedBytes) return remote.write(key, source, signal)
      const writing = turn.then(async () => {
        known ??= loadIndexes(remote, signal)
        known.catch(() => (known = undefined))
        scratch ??= await openScratchFolder()
        await writeChunks(remote, scratch.path, recipe, source, await known, signal)
      })
      turn = writing.catch(() => undefined)
      return writing
    },
    async remove(keys, signal) {
      await remote.remove([...keys, ...keys.flatMap(recipePairs).map(([recipe]) => recipe)], signal)
    },
    async removeDamaged(keys, signal) {
      known = undefined
      const recipes = keys.flatMap(recipePairs).map(([recipe]) => recipe)
      await distrustPacks(remote, recipes, signal)
      await remote.remove([...keys, ...recipes], signal)
    },
    async [Symbol.asyncDispose]() {
      await scratch?.[Symbol.asyncDispose]()
      scratch = undefined
      await remote[Symbol.asyncDispose]()
    },
  }
}

/** The recipe of a file and the file; nothing for lists of folders and what is no data. */
function recipePairs(key: ObjectKey): [ObjectKey, ObjectKey][] {
  const hash: DataHash | undefined = findDataHash(key)
  return hash === undefined || hash.endsWith('.dir') ? [] : [[chunkKey('recipe', hash), key]]
}

/** Times that packs may be taken away under a writer before it gives up. */
const maxAttempts = 4

/**
 * Writes a file and its recipe. A gc elsewhere may have taken packs for garbage from which chunks were to be used; it
 * looks for new recipes before it removes a pack, and here is looked for the packs after the recipe was written, so that
 * one of both sees the other.
 */
async function writeChunks(
  remote: DataRemote,
  folder: string,
  recipe: ObjectKey,
  source: RemoteSource,
  known: KnownChunks,
  signal: AbortSignal,
): Promise<void> {
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    // Its bytes were told once.
    const made = await writePacks(remote, folder, attempt === 0 ? source : withoutProgress(source), known, signal)
    await sendBytes(remote, folder, recipe, Buffer.from(formatRecipe(made)), signal)
    const packs = new Set(made.runs.map(({ pack }) => pack))
    const there = await remote.find(
      [...packs].map((pack) => chunkKey('pack', pack)),
      signal,
    )
    if (there.size === packs.size) return
    for (const [name, { pack }] of known) if (!there.has(chunkKey('pack', pack))) known.delete(name)
  }
  await remote.remove([recipe], signal)
  throw new RunwrightError('TEMPORARILY_UNAVAILABLE', `Packs vanish from ${remote.label} while they are written.`, {
    hint: 'Is somebody deleting data there right now? Push again afterwards.',
  })
}

function withoutProgress({ path, sizeBytes }: RemoteSource): RemoteSource {
  return { path, sizeBytes }
}

const maxHeadCharacters = 1000

/** Only the beginning of a recipe is read. Undefined for one that is damaged. */
async function findSize(remote: DataRemote, recipe: ObjectKey, signal: AbortSignal): Promise<number | undefined> {
  return tryAgain(async () => {
    let said = ''
    for await (const bytes of (await remote.read(recipe, 0, signal)) as AsyncIterable<Buffer>) {
      said += bytes.toString()
      if (said.includes('\n') || said.length > maxHeadCharacters) break
    }
    return findRecipeSize(said.split('\n')[0] ?? '')
  }, signal)
}

async function loadIndexes(remote: DataRemote, signal: AbortSignal): Promise<KnownChunks> {
  const known: KnownChunks = new Map()
  const keys: ObjectKey[] = []
  for await (const { key } of remote.list('runwright/index/', signal)) keys.push(key)
  await mapConcurrently(keys, remote.concurrency, async (key) => {
    const pack = parseSha256(key.split('/').slice(2).join(''))
    if (pack === undefined) return
    // Chunks of one that is damaged are sent again.
    const text = await readText(remote, key, signal).catch(unlessDamaged)
    for (const { name, start, length } of findIndex(text) ?? []) {
      known.set(name, { pack, start, length })
    }
  })
  return known
}

function unlessDamaged(error: unknown): string {
  if (error instanceof RunwrightError && error.code === 'STORAGE_DAMAGED') return ''
  throw error
}

async function* readRuns(
  remote: DataRemote,
  runs: Recipe['runs'],
  start: number,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  let at = 0
  for (const run of runs) {
    const skip = Math.max(0, start - at)
    at += run.length
    if (skip >= run.length) continue
    let left = run.length - skip
    for await (const bytes of (await remote.read(
      chunkKey('pack', run.pack),
      run.start + skip,
      signal,
    )) as AsyncIterable<Buffer>) {
      const wanted = bytes.subarray(0, left)
      left -= wanted.length
      yield wanted
      if (left === 0) break
    }
    if (left > 0) throw new RunwrightError('STORAGE_DAMAGED', `The pack ${run.pack} in ${remote.label} is cut off.`)
  }
}
