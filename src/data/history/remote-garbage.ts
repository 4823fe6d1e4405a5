import { mapConcurrently } from '../../base/map-concurrently.ts'
import { RunwrightError } from '../../protocol/errors.ts'
import type { DataCache } from '../cache.ts'
import { createPackUse, type PackUse } from '../chunked/pack-use.ts'
import type { Recipe } from '../chunked/recipe.ts'
import { readRecipe } from '../chunked/read-recipe.ts'
import { type ObjectKey, parseChunkKey } from '../object-key.ts'
import type { DataRemote, ListedObject } from '../remote.ts'
import { findDirBytes } from './cached-lists.ts'
import { fetchList, type GarbagePlace } from './garbage-place.ts'

/** Packs before recipes: those of a recipe that is listed are there. */
const prefixes = ['runwright/index/', 'runwright/pack/', 'runwright/recipe/', 'files/md5/', 'runwright/manifest/']

/** @param remote as its objects lie there, recipes and packs of a remote of chunks as well */
export function openRemoteGarbage(remote: DataRemote, cache: DataCache): GarbagePlace {
  /** Recipes that were looked at, as they were then. */
  const known = new Map<ObjectKey, string>()
  const isRecipe = (key: ObjectKey) => parseChunkKey(key)?.kind === 'recipe'

  async function readUse(recipes: readonly ObjectKey[], signal: AbortSignal): Promise<PackUse> {
    const use = createPackUse()
    await mapConcurrently(recipes, remote.concurrency, async (key) => use.add(await read(remote, key, signal)))
    return use
  }
  /** Of what somebody has pushed since. */
  async function readNewUse(signal: AbortSignal): Promise<PackUse> {
    const recipes: ObjectKey[] = []
    for await (const object of remote.list('runwright/recipe/', signal)) {
      if (known.get(object.key) !== lookOf(object)) recipes.push(object.key)
    }
    return readUse(recipes, signal)
  }
  return {
    async *list(signal) {
      for (const prefix of prefixes) {
        for await (const object of remote.list(prefix, signal)) {
          if (isRecipe(object.key)) known.set(object.key, lookOf(object))
          yield object
        }
      }
    },
    readPackUse: readUse,
    async remove(keys, signal) {
      for (const key of keys) known.delete(key)
      const packs = new Map(keys.map((key) => [key, findPack(key)]))
      const isPacked = packs.values().some((pack) => pack !== undefined)
      const use = isPacked ? await readNewUse(signal) : createPackUse()
      const isFree = (key: ObjectKey) => {
        const pack = packs.get(key)
        return pack === undefined || use.countBytes(pack) === 0
      }
      await remote.remove(keys.filter(isFree), signal)
    },
    readList: async (hash, signal) => findDirBytes(cache, hash) ?? (await fetchList(remote, hash, signal)),
  }
}

async function read(remote: DataRemote, key: ObjectKey, signal: AbortSignal): Promise<Recipe> {
  try {
    return await readRecipe(remote, key, signal)
  } catch (error) {
    if (!(error instanceof RunwrightError) || error.code !== 'STORAGE_DAMAGED') throw error
    const message = `What packs ${key} needs in ${remote.label} is not known: it is damaged. Nothing was deleted that it may need.`
    throw new RunwrightError('STORAGE_DAMAGED', message, {
      hint: 'Remove that object there, and push again where the cache still has the data.',
    })
  }
}

function findPack(key: ObjectKey) {
  const named = parseChunkKey(key)
  return named?.kind === 'recipe' ? undefined : named?.name
}

function lookOf({ sizeBytes, changedAt }: ListedObject): string {
  return `${sizeBytes} ${changedAt}`
}
