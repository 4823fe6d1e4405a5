import assert from 'node:assert/strict'
import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { createTestRepository } from '../git/test-repository.ts'
import { addPaths } from './add.ts'
import { toDataVersion } from './find-version.ts'
import { readPresentVersion, takeStamp } from './present-version.ts'
import { openDataRepository } from './repository.ts'
import type { Work } from './work.ts'

const work: Work = { signal: new AbortController().signal, progress: () => {} }

describe('what a file or folder is now', () => {
  it('is what adding it would record, and nothing is stored for that', async () => {
    await using repository = await createTestRepository()
    const { root } = repository
    await repository.write({ '.dvc/config': '', 'model/a.bin': 'a', 'model/sub/é.txt': 'b', 'single.csv': 'a,b\n' })
    await mkdir(join(root, 'model/empty'))
    const data = await openDataRepository(root)
    const present = [
      await readPresentVersion(data, 'model', work),
      await readPresentVersion(data, 'single.csv', work),
      await readPresentVersion(data, 'nothing', work),
    ]
    const objects = await readdir(join(root, '.dvc/cache/files'), { recursive: true }).catch(() => [])
    assert.deepEqual(
      objects.filter((name) => /[0-9a-f]{30}/.test(name)),
      [],
    )
    const added = await addPaths(data, ['model', 'single.csv'], work)
    assert.deepEqual(present, [...added.map((each) => toDataVersion(each.path, each)), undefined])
  })

  it('has another stamp once something was written in it', async () => {
    await using repository = await createTestRepository()
    await repository.write({ 'model/a.bin': 'a' })
    const stamp = () => takeStamp(join(repository.root, 'model'))
    const before = stamp()
    assert.equal(stamp(), before)
    await repository.write({ 'model/b.bin': 'b' })
    const after = stamp()
    assert.notEqual(after, before)
    await repository.write({ 'model/a.bin': 'A' })
    assert.notEqual(stamp(), after)
    assert.notEqual(takeStamp(join(repository.root, 'none')), before)
  })
})
