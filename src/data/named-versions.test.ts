import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { join } from 'node:path'
import { createTestRepository } from '../git/test-repository.ts'
import { parseDataHash, parseSha256 } from './hash.ts'
import { loadNamedVersions } from './named-versions.ts'
import { formatPointer } from './pointer.ts'

const hash = (digit: string) => parseDataHash(digit.repeat(32)) ?? assert.fail()
const sha256 = parseSha256('a'.repeat(64)) ?? assert.fail()
const pointer = (path: string, digit: string) =>
  formatPointer([{ path, hash: hash(digit), sizeBytes: 7, fileCount: undefined, sha256 }])
const versionOf = (path: string, digit: string) => ({ path, md5: digit.repeat(32), sha256, sizeBytes: 7 })

describe('the versions that .dvc files name', () => {
  it('are those of the path itself, of the folder it lies in, and of what a .dvc file of another name stands for', async () => {
    await using repository = await createTestRepository()
    const { root } = repository
    await repository.write({
      '.dvc/config': '',
      'data/train.csv.dvc': pointer('train.csv', '1'),
      'data/images.dvc': pointer('images', '2'),
      'all.dvc': pointer('data/raw', '3'),
    })
    const load = (folder: string, ...paths: string[]) => loadNamedVersions({ folder, env: process.env }, paths)
    assert.deepEqual(await load(root, 'data/train.csv', 'data/images/cat/1.png', 'data/raw/x', 'data/images.dvc'), [
      versionOf('data/train.csv', '1'),
      versionOf('data/images', '2'),
      versionOf('data/raw', '3'),
      versionOf('data/images', '2'),
    ])
    assert.deepEqual(await load(join(root, 'data'), './train.csv', join(root, 'data/raw')), [
      versionOf('data/train.csv', '1'),
      versionOf('data/raw', '3'),
    ])
    await assert.rejects(load(root, 'data/other.csv'), { code: 'RESOURCE_DOES_NOT_EXIST', message: /data\/other\.csv/ })
    await assert.rejects(load(root, '../x'), { code: 'INVALID_PARAMETER_VALUE' })
  })

  it('have the commit since which they are named, and none before they are committed', async () => {
    await using repository = await createTestRepository()
    const { root } = repository
    await repository.write({ 'sub/.dvc/config': '', 'sub/a [1].csv.dvc': pointer('a [1].csv', '1') })
    const first = await repository.commit()
    await repository.write({ 'other.txt': 'x' })
    await repository.commit()
    const folder = join(root, 'sub')
    const load = (more: object = {}) => loadNamedVersions({ folder, env: process.env, ...more }, ['a [1].csv'])
    assert.deepEqual(await load(), [{ ...versionOf('a [1].csv', '1'), commit: first }])
    await repository.write({ 'sub/a [1].csv.dvc': pointer('a [1].csv', '2') })
    assert.deepEqual(await load(), [versionOf('a [1].csv', '2')])
    assert.deepEqual(await load({ commit: first }), [{ ...versionOf('a [1].csv', '1'), commit: first }])
    const second = await repository.commit()
    assert.deepEqual(await load({ commit: second, head: first }), [versionOf('a [1].csv', '2')])
    assert.deepEqual(await load(), [{ ...versionOf('a [1].csv', '2'), commit: second }])
  })
})
