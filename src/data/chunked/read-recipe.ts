import type { ObjectKey } from '../object-key.ts'
import type { DataRemote } from '../remote.ts'
import { readWhole } from '../transfer/read-whole.ts'
import { parseRecipe, type Recipe } from './recipe.ts'

/** @throws STORAGE_DAMAGED, and what the remote throws */
export async function readRecipe(remote: DataRemote, key: ObjectKey, signal: AbortSignal): Promise<Recipe> {
  return parseRecipe(await readText(remote, key, signal), key)
}

/** The recipe of five terabytes whose chunks lie side by side, as those of one push do. */
const maxTextBytes = 64 << 20

/** All of a recipe or an index. @throws STORAGE_DAMAGED for one that is large, and what the remote throws */
export async function readText(remote: DataRemote, key: ObjectKey, signal: AbortSignal): Promise<string> {
  return (await readWhole(remote, key, maxTextBytes, signal)).toString()
}
