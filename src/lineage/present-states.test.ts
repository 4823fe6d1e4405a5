import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseDataHash } from '../data/hash.ts'
import { formatPointer } from '../data/pointer.ts'
import { createTestRepository } from '../git/test-repository.ts'
import { readPresentStates } from './present-states.ts'

const hash = (digit: string) => parseDataHash(digit.repeat(32)) ?? assert.fail()
const pointer = (path: string, digit: string) =>
  formatPointer([{ path, hash: hash(digit), sizeBytes: 7, fileCount: undefined, sha256: undefined }])

describe('data of a run, as it is now', () => {
  it('is the same, has changed, or is gone', async () => {
    await using repository = await createTestRepository()
    await repository.write({
      '.dvc/config': '',
      'same.csv.dvc': pointer('same.csv', '1'),
      'changed.csv.dvc': pointer('changed.csv', '2'),
      'folder.dvc': pointer('folder', '3'),
      'broken.csv.dvc': 'outs: {',
    })
    const states = await readPresentStates(repository.root, [
      { path: 'same.csv', md5: hash('1') },
      { path: 'changed.csv', md5: hash('1') },
      { path: 'gone.csv', md5: hash('1') },
      { path: 'folder/part.csv', md5: hash('1') },
      { path: 'broken.csv', md5: hash('1') },
      // Looked for by its spelling, it would be found.
      { path: 'folder/../same.csv', md5: hash('1') },
    ])
    assert.deepEqual(states, ['same', 'changed', 'gone', 'gone', 'gone', 'gone'])
  })

  it('is gone where there is no data under version control any more', async () => {
    await using repository = await createTestRepository()
    assert.deepEqual(await readPresentStates(repository.root, [{ path: 'a', md5: hash('1') }]), ['gone'])
  })
})
