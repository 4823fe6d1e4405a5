import { text } from 'node:stream/consumers'
import type { ObjectKey } from '../object-key.ts'
import type { DataRemote } from '../remote.ts'
import { tryAgain } from '../transfer/try-again.ts'
import { parseRecipe, type Recipe } from './recipe.ts'

/** @throws STORAGE_DAMAGED, and what the remote throws */
export async function readRecipe(remote: DataRemote, key: ObjectKey, signal: AbortSignal): Promise<Recipe> {
  return parseRecipe(await readText(remote, key, signal), key)
}

/** All of a small object. @throws what the remote throws */
export async function readText(remote: DataRemote, key: ObjectKey, signal: AbortSignal): Promise<string> {
  return tryAgain(async () => text(await remote.read(key, 0, signal)), signal)
}
