import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { linkVersion } from './link-version.ts'
import { createTestDataRepository, quietWork } from './test-repository.ts'

describe('a version of data, to be read', () => {
  it('is a file or a folder as a commit has it, whatever is in the workspace', async () => {
    await using repository = await createTestDataRepository()
    const folder = await mkdtemp(join(tmpdir(), 'runwright-version-'))
    await using cleanup = new AsyncDisposableStack()
    cleanup.defer(() => rm(folder, { recursive: true, force: true }))
    const record = async (text: string) => {
      await repository.write({ 'images/cat/1.png': text, 'images/dog/1.png': 'dog', 'table.csv': text })
      await repository.add('images', 'table.csv')
      await repository.commit()
    }
    await record('first')
    await record('second')
    let count = 0
    const link = async (path: string, revision: string) => {
      const version = { path, revision, folder: join(folder, String((count += 1))) }
      return linkVersion(await repository.open(), version, quietWork(), process.env)
    }
    const [old, present] = [await link('images', 'HEAD~1'), await link('images', 'HEAD')]
    assert.equal(await readFile(join(old, 'cat/1.png'), 'utf8'), 'first')
    assert.equal(await readFile(join(present, 'cat/1.png'), 'utf8'), 'second')
    assert.equal(await readFile(join(present, 'dog/1.png'), 'utf8'), 'dog')
    assert.equal(await readFile(join(await link('images/cat', 'HEAD~1'), '1.png'), 'utf8'), 'first')
    const table = await link('table.csv', 'HEAD~1')
    assert.match(table, /table\.csv$/)
    assert.equal(await readFile(table, 'utf8'), 'first')
    await assert.rejects(link('none.csv', 'HEAD'), /none\.csv is not under version control in HEAD/)
    await assert.rejects(link('images/none', 'HEAD'), /images\/none is not under version control/)
    await assert.rejects(link('table.csv', 'nowhere'), { code: 'RESOURCE_DOES_NOT_EXIST' })
  })
})
