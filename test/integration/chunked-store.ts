import assert from 'node:assert/strict'
import { buffer } from 'node:stream/consumers'
import { readRecipe } from '../../src/data/chunked/read-recipe.ts'
import { chunkKey, dataKey, parseChunkKey } from '../../src/data/object-key.ts'
import { chunkedEnding, openRemote } from '../../src/data/open-remote.ts'
import { md5Of, testWork } from '../../src/data/test-history.ts'

const { signal } = testWork

/**
 * Whatever happened to a remote of chunks: each index and each recipe has its packs, and what a recipe makes is what its
 * name says.
 *
 * @param url of its folder, without the ending
 */
export async function checkChunks(url: string) {
  const options = { url, options: new Map<string, string>(), folder: '/', env: {} }
  await using plain = await openRemote(options)
  await using chunked = await openRemote({ ...options, url: url + chunkedEnding })
  const list = async (kind: string) =>
    (await Array.fromAsync(plain.list(`runwright/${kind}/`, signal))).map(({ key }) => key)
  // Packs come first and go last.
  const [recipes, indexes, packs] = [await list('recipe'), await list('index'), await list('pack')]
  const there = new Set<string>(packs)
  for (const index of indexes) assert.ok(there.has(index.replace('index', 'pack')), `${index} without its pack`)
  for (const recipe of recipes) {
    const { runs } = await readRecipe(plain, recipe, signal)
    for (const { pack } of runs) assert.ok(there.has(chunkKey('pack', pack)), `${recipe} without ${pack}`)
    const named = parseChunkKey(recipe)
    assert.ok(named?.kind === 'recipe')
    assert.equal(md5Of(await buffer(await chunked.read(dataKey(named.name), 0, signal))), named.name)
  }
  return { packs: packs.length, recipes }
}
