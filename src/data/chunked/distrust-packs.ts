import { createHash } from 'node:crypto'
import { mapConcurrently } from '../../base/map-concurrently.ts'
import { RunwrightError } from '../../protocol/errors.ts'
import type { Sha256 } from '../hash.ts'
import { chunkKey, type ObjectKey } from '../object-key.ts'
import type { DataRemote } from '../remote.ts'
import { tryAgain } from '../../object-store/try-again.ts'
import { readRecipe } from './read-recipe.ts'

/**
 * Has nobody use chunks any more from packs that are not what their names say: it removes their indexes. The packs stay
 * for what is whole in them.
 *
 * @param recipes of objects that are damaged; only their packs are read
 */
export async function distrustPacks(
  remote: DataRemote,
  recipes: readonly ObjectKey[],
  signal: AbortSignal,
): Promise<void> {
  const packs = new Set<Sha256>()
  await mapConcurrently(recipes, remote.concurrency, async (key) => {
    const { runs } = await unlessBroken(() => readRecipe(remote, key, signal), { sizeBytes: 0, runs: [] })
    for (const { pack } of runs) packs.add(pack)
  })
  const broken: ObjectKey[] = []
  await mapConcurrently([...packs], remote.concurrency, async (pack) => {
    const hash = await unlessBroken(() => hashObject(remote, chunkKey('pack', pack), signal), undefined)
    if (hash !== pack) broken.push(chunkKey('index', pack))
  })
  await remote.remove(broken, signal)
}

function hashObject(remote: DataRemote, key: ObjectKey, signal: AbortSignal): Promise<string> {
  return tryAgain(async () => {
    const hash = createHash('sha256')
    for await (const bytes of (await remote.read(key, 0, signal)) as AsyncIterable<Buffer>) hash.update(bytes)
    return hash.digest('hex')
  }, signal)
}

async function unlessBroken<Result>(read: () => Promise<Result>, otherwise: Result): Promise<Result> {
  try {
    return await read()
  } catch (error) {
    const isBroken =
      error instanceof RunwrightError && ['STORAGE_DAMAGED', 'RESOURCE_DOES_NOT_EXIST'].includes(error.code)
    if (isBroken) return otherwise
    throw error
  }
}
