import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { collectGarbage, type GcOptions } from './gc.ts'
import { type DataHash, parseSha256 } from './hash.ts'
import { chunkKey, dataKey, type ObjectKey, parseChunkKey } from './object-key.ts'
import { openRemote, withoutChunks } from './open-remote.ts'
import { formatPointer } from './pointer.ts'
import type { DataRemote } from './remote.ts'
import { gcOfAll } from './test-gc.ts'
import { createTestHistory, md5Of, type TestHistory, testWork } from './test-history.ts'

const isLong = process.env['RUNWRIGHT_LONG_TESTS'] === '1'
const { signal } = testWork
const megabyte = 1 << 20

/** A repository, and a remote of chunks in its `.git`. */
async function openPlace() {
  const repository = await createTestHistory()
  const options = { url: join(repository.root, '.git/store#chunked'), options: new Map(), folder: '/', env: {} }
  const [chunked, plain] = [await openRemote(options), await openRemote(withoutChunks(options))]
  const push = async (bytes: Buffer, to = chunked): Promise<DataHash> => {
    const path = join(repository.root, '.git/pushed')
    await writeFile(path, bytes)
    await to.write(dataKey(md5Of(bytes)), { path, sizeBytes: bytes.length }, signal)
    return md5Of(bytes)
  }
  return {
    repository,
    plain,
    push,
    /** Of somebody else, who knows nothing of what this one has pushed. */
    openAnother: () => openRemote(options),
    gc: (more: Partial<GcOptions> = {}) => gc(repository, { remote: plain, ...more }),
    read: async (hash: DataHash) => buffer(await chunked.read(dataKey(hash), 0, signal)),
    list: async (prefix = '') => (await Array.fromAsync(plain.list(prefix, signal))).map(({ key }) => key).toSorted(),
    async [Symbol.asyncDispose]() {
      for (const each of [chunked, plain, repository]) await each[Symbol.asyncDispose]()
    },
  }
}

const gc = ({ data }: TestHistory, options: Partial<GcOptions>) =>
  collectGarbage(data, { ...gcOfAll, ...options }, testWork)

function pointTo(repository: TestHistory, path: string, hash: DataHash): Promise<void> {
  const out = { hash, sizeBytes: undefined, fileCount: undefined, sha256: undefined, path }
  return repository.write({ [`${path}.dvc`]: formatPointer([out]) })
}

const sumSizes = async (remote: DataRemote, prefix: string) =>
  (await Array.fromAsync(remote.list(prefix, signal))).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)

describe('gc of a remote of chunks', () => {
  it('removes packs of which nothing is needed, and tells how much of the others is not', async () => {
    await using place = await openPlace()
    const { repository, plain, push, list } = place
    const first = randomBytes(24 * megabyte)
    const second = Buffer.concat([first.subarray(0, 12 * megabyte), randomBytes(4 * megabyte)])
    await push(first)
    const needed = await push(second)
    await pointTo(repository, 'a', needed)
    const before = await list()
    const dry = await place.gc({ isDryRun: true })
    assert.deepEqual(await list(), before)
    const { removed, ...counts } = await place.gc()
    assert.deepEqual({ removed, ...counts }, dry)
    const kinds = removed.map(({ key }) => parseChunkKey(key)?.kind)
    assert.deepEqual(kinds, ['recipe', 'index', 'pack'])
    assert.deepEqual(
      await list(),
      before.filter((key) => removed.every((each) => each.key !== key)),
    )
    assert.equal(counts.heldBackCount, 1)
    assert.equal((await sumSizes(plain, 'runwright/pack/')) - counts.heldBackBytes, second.length)
    assert.ok((await place.read(needed)).equals(second))
    assert.equal((await place.gc()).removedCount, 0)
  })

  it('keeps what any of random versions needs that a branch, a tag, the index or a run has, and no other pack', async () => {
    const uses = ['none', 'none', 'branch', 'tag', 'index', 'run', 'work tree'] as const
    const version = fc.record({
      use: fc.constantFrom(...uses),
      blocks: fc.array(fc.nat(11), { minLength: 1, maxLength: 5 }),
    })
    const property = fc.asyncProperty(fc.array(version, { minLength: 2, maxLength: 8 }), async (versions) => {
      await using place = await openPlace()
      const { repository, push } = place
      const blocks = Array.from({ length: 12 }, () => randomBytes(1.7 * megabyte))
      const hashes: DataHash[] = []
      const needed = new Map<DataHash, Buffer>()
      await repository.write({ readme: 'first' })
      await repository.commit()
      for (const [index, { use, blocks: chosen }] of versions.entries()) {
        const bytes = Buffer.concat(chosen.map((block) => blocks[block] ?? Buffer.alloc(0)))
        const hash = await push(bytes)
        if (use !== 'none') needed.set(hash, bytes)
        if (use === 'run') hashes.push(hash)
        else if (use !== 'none') await nameIn(repository, use, `d${index}`, hash)
      }
      await place.gc({ others: { commits: [], hashes, manifests: [] } })
      for (const [hash, bytes] of needed) assert.ok((await place.read(hash)).equals(bytes))
      const recipes = [...needed.keys()].map((hash) => chunkKey('recipe', hash)).toSorted()
      assert.deepEqual(await place.list('runwright/recipe/'), recipes)
      const isNamed = await listNamedPacks(place.plain)
      assert.deepEqual(
        (await place.list('runwright/pack/')).filter((key) => !isNamed.has(key)),
        [],
      )
      assert.equal((await place.list('runwright/index/')).length, isNamed.size)
    })
    await fc.assert(property, { numRuns: isLong ? 40 : 3 })
  })

  it('keeps packs that came lately, whose recipe may be on its way', async () => {
    await using place = await openPlace()
    const hash = await place.push(randomBytes(2 * megabyte))
    await place.plain.remove([chunkKey('recipe', hash)], signal)
    const cameAt = (await Array.fromAsync(place.plain.list('runwright/', signal))).map(({ changedAt = 0 }) => changedAt)
    const { removedCount, youngCount } = await place.gc({ before: Math.min(...cameAt) })
    assert.deepEqual([removedCount, youngCount], [0, 2])
    assert.equal((await place.gc()).removedCount, 2)
    assert.deepEqual(await place.list(), [])
  })

  it('keeps a pack that somebody begins to use while it deletes', async () => {
    await using place = await openPlace()
    const bytes = randomBytes(2 * megabyte)
    const unneeded = await place.push(bytes)
    const pushed = Buffer.concat([bytes, randomBytes(2 * megabyte)])
    let isPushed = false
    const remote: DataRemote = {
      ...place.plain,
      async remove(keys, signal) {
        if (!isPushed && keys.some((key) => parseChunkKey(key)?.kind === 'index')) {
          isPushed = true
          await using another = await place.openAnother()
          await place.push(pushed, another)
        }
        await place.plain.remove(keys, signal)
      },
    }
    await place.gc({ remote })
    assert.ok(isPushed)
    assert.ok((await place.read(md5Of(pushed))).equals(pushed))
    assert.ok(!(await place.list()).includes(chunkKey('recipe', unneeded)))
  })

  it('takes nothing from a push that had meant to use what was deleted', async () => {
    await using place = await openPlace()
    const bytes = randomBytes(3 * megabyte)
    await place.push(bytes)
    await using another = await place.openAnother()
    // From here on it knows the chunks that there are.
    const other = await place.push(randomBytes(2 * megabyte), another)
    await pointTo(place.repository, 'other', other)
    assert.ok((await place.gc()).removedCount > 0)
    const pushed = Buffer.concat([bytes, Buffer.from('more')])
    await place.push(pushed, another)
    assert.ok((await place.read(md5Of(pushed))).equals(pushed))
  })

  it('deletes nothing while a recipe that stays cannot be read', async () => {
    await using place = await openPlace()
    const needed = await place.push(randomBytes(2 * megabyte))
    await place.push(randomBytes(2 * megabyte))
    await pointTo(place.repository, 'a', needed)
    const recipe = join(place.repository.root, '.git/store', chunkKey('recipe', needed))
    await rm(recipe)
    await writeFile(recipe, '{"runwright-recipe":1,"size":5}\n')
    const before = await place.list()
    await assert.rejects(place.gc(), { code: 'STORAGE_DAMAGED', message: /Nothing was deleted/ })
    assert.deepEqual(await place.list(), before)
  })
})

async function nameIn(
  repository: TestHistory,
  use: 'branch' | 'tag' | 'index' | 'work tree',
  path: string,
  hash: DataHash,
): Promise<void> {
  await pointTo(repository, path, hash)
  if (use === 'work tree') return
  await repository.git('add', `${path}.dvc`)
  if (use === 'index') return rm(join(repository.root, `${path}.dvc`))
  const tree = await repository.git('write-tree')
  const commit = await repository.git('commit-tree', '-p', 'HEAD', '-m', path, tree)
  await repository.git('update-ref', use === 'tag' ? `refs/tags/${path}` : `refs/heads/${path}`, commit)
  await repository.git('rm', '--quiet', '--cached', `${path}.dvc`)
  await rm(join(repository.root, `${path}.dvc`))
}

async function listNamedPacks(plain: DataRemote): Promise<ReadonlySet<ObjectKey>> {
  const packs = new Set<ObjectKey>()
  for await (const { key } of plain.list('runwright/recipe/', signal)) {
    const lines = (await buffer(await plain.read(key, 0, signal))).toString().split('\n').slice(1, -1)
    for (const line of lines) {
      const pack = parseSha256(line.slice(0, 64))
      if (pack !== undefined) packs.add(chunkKey('pack', pack))
    }
  }
  return packs
}
