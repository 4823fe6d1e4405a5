import assert from 'node:assert/strict'
import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { addPaths } from '../../src/data/add.ts'
import { freezePath } from '../../src/data/freeze.ts'
import { collectGarbage } from '../../src/data/gc.ts'
import { initRepository } from '../../src/data/init.ts'
import { movePath } from '../../src/data/move.ts'
import { removePaths } from '../../src/data/remove.ts'
import { openDataRepository } from '../../src/data/repository.ts'
import { resolveMerge } from '../../src/data/resolve.ts'
import { gcOfAll } from '../../src/data/test-gc.ts'
import { createTestHistory, testWork } from '../../src/data/test-history.ts'
import { createTestRepository } from '../../src/git/test-repository.ts'
import { runDvc } from './real-dvc.ts'

const { env } = process

/** All files of a folder that git could see, by their paths. */
async function snapshot(root: string): Promise<Record<string, string>> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true })
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const kept = paths.filter((path) => !/\/\.git\/|\/\.dvc\/(tmp|cache)\//.test(path)).toSorted()
  return Object.fromEntries(
    await Promise.all(kept.map(async (path) => [path.slice(root.length + 1), await readFile(path, 'utf8')])),
  )
}

/** What the real DVC makes of a copy of the same repository. */
async function byDvc(root: string, ...commands: string[][]): Promise<Record<string, string>> {
  const copy = await mkdtemp(join(tmpdir(), 'runwright-dvc-'))
  try {
    await cp(root, copy, { recursive: true })
    for (const command of commands) await runDvc(copy, ...command)
    return await snapshot(copy)
  } finally {
    await rm(copy, { recursive: true, force: true })
  }
}

describe('what history does to files, beside the real DVC', { timeout: 300_000 }, () => {
  it('makes the same repository', async () => {
    await using repository = await createTestRepository()
    const expected = await byDvc(repository.root, ['init', '--quiet'])
    await initRepository({ folder: repository.root, env, isWithoutGit: false, isSubfolder: false })
    assert.deepEqual(await snapshot(repository.root), expected)
    assert.equal(await runDvc(repository.root, 'status', '--quiet'), '')
  })

  it('moves, locks, unlocks and removes alike, byte for byte', async () => {
    await using repository = await createTestHistory()
    const { root } = repository
    await runDvc(root, 'config', 'core.analytics', 'false')
    const data = await openDataRepository(root)
    await repository.write({ "data/it's größe.csv": 'x\n', 'data/d/a': '1', 'data/other': 'y' })
    await runDvc(root, 'add', '--quiet', "data/it's größe.csv", 'data/d', 'data/other')

    const moved = await byDvc(root, ['move', "data/it's größe.csv", 'new name: 1.csv'], ['move', 'data/d', 'e'])
    await movePath(data, "data/it's größe.csv", 'new name: 1.csv', testWork, env)
    await movePath(data, 'data/d', 'e', testWork, env)
    assert.deepEqual(await snapshot(root), moved)

    const locked = await byDvc(root, ['freeze', 'e.dvc'])
    await freezePath(data, 'e', true, testWork, env)
    assert.deepEqual(await snapshot(root), locked)
    const unlocked = await byDvc(root, ['unfreeze', 'e.dvc'])
    await freezePath(data, 'e', false, testWork, env)
    assert.deepEqual(await snapshot(root), unlocked)

    const removed = await byDvc(root, ['remove', 'e.dvc'], ['remove', '--outs', 'data/other.dvc'])
    await removePaths(data, { paths: ['e'], isWithData: false, isForced: false }, testWork, env)
    await removePaths(data, { paths: ['data/other'], isWithData: true, isForced: false }, testWork, env)
    assert.deepEqual(await snapshot(root), removed)
  })

  it('leaves DVC a merged folder that it can check out, and a cache that it finds whole', async () => {
    await using repository = await createTestHistory()
    const { root, data } = repository
    const commit = async (files: Record<string, string>) => {
      await repository.write(files)
      await addPaths(data, ['d'], testWork, env)
      await repository.commit()
    }
    await commit({ 'd/a': '1', 'd/é b': '1' })
    await repository.git('checkout', '--quiet', '-b', 'side')
    await commit({ 'd/a': 'side' })
    await repository.git('checkout', '--quiet', 'trunk')
    await runDvc(root, 'checkout', '--quiet')
    await commit({ 'd/é b': 'trunk' })
    await assert.rejects(repository.git('merge', '--quiet', 'side'))
    await resolveMerge(data, { env, path: 'd', files: [], side: undefined }, testWork)
    await repository.commit()
    await runDvc(root, 'checkout', '--quiet')
    assert.deepEqual(
      [await readFile(join(root, 'd/a'), 'utf8'), await readFile(join(root, 'd/é b'), 'utf8')],
      ['side', 'trunk'],
    )
    assert.match(await runDvc(root, 'status'), /up to date/)

    await collectGarbage(data, { ...gcOfAll, env }, testWork)
    for (const revision of ['trunk', 'side', 'trunk~1']) {
      await repository.git('checkout', '--quiet', revision)
      await runDvc(root, 'checkout', '--quiet')
    }
  })
})
