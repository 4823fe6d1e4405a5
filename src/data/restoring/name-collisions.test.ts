import assert from 'node:assert/strict'
import { symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { createTestDataRepository } from '../test-repository.ts'
import { foldsNames, refuseCollisions } from './name-collisions.ts'

const pass = (...paths: string[]) => [
  ...refuseCollisions(
    paths.map((path) => ({ path })),
    'data',
  ),
]

describe('names that some disks take for one', () => {
  it('are refused, in files, in folders, and between both', () => {
    for (const paths of [
      ['A', 'a'],
      ['A/x', 'a/y'],
      ['a/B/x', 'a/b'],
      ['a/B', 'a/b/x'],
      ['Straße/É', 'straße/e\u0301'],
      ['a/x', 'b', 'A/z'],
    ]) {
      assert.throws(() => pass(...paths), { code: 'INVALID_PARAMETER_VALUE', message: /^data has names/ }, paths.join())
    }
    const paths = ['a', 'ab', 'b/a', 'b/c/a', 'b/c/b', 'c/a']
    assert.deepEqual(
      pass(...paths).map(({ path }) => path),
      paths,
    )
  })

  it('are checked out where the disk keeps them apart, and nothing of them where it does not', async () => {
    await using repository = await createTestDataRepository()
    await repository.write({ 'data/A': 'upper', 'data/a': 'lower', 'data/b': 'other' })
    await repository.add('data')
    await repository.git('clean', '--quiet', '--force', '-d', '-x', 'data')
    if (foldsNames(await repository.open())) return
    // Where case makes no difference, DVC's folder is found by this name, too.
    await symlink('.dvc', join(repository.root, '.DVC'))
    await assert.rejects(repository.checkout(), { message: /"A" and "a"|"a"/ })
    assert.equal((await repository.status())[0]?.state, 'missing')
    await repository.git('clean', '--quiet', '--force', '.DVC')
    await repository.checkout()
    assert.deepEqual([await repository.read('data/A'), await repository.read('data/a')], ['upper', 'lower'])
  })
})
