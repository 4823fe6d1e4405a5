import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { type DataVersion, logData } from './log.ts'
import { createTestHistory, md5Of, type TestHistory, testWork } from './test-history.ts'

/** What was done to which name, newest first. */
async function log({ data }: TestHistory, path?: string): Promise<string[]> {
  const versions = await Array.fromAsync(logData(data, process.env, { path }, testWork))
  return versions.map(({ change, from, path }) => `${change} ${from === undefined ? '' : `${from} → `}${path}`)
}

describe('the log of data', () => {
  it('tells who made which version of what, newest first', async () => {
    await using repository = await createTestHistory()
    const first = await repository.put('data/größe 1', 'one')
    await repository.put('other', 'other')
    const commit = await repository.commit()
    const second = await repository.put('data/größe 1', { 'a/b': '12', c: '3' })
    await repository.commit()
    const versions = await Array.fromAsync(logData(repository.data, process.env, { path: 'data/größe 1' }, testWork))
    const [newest, oldest] = versions
    assert.equal(versions.length, 2)
    assert.deepEqual(
      [newest?.hash, newest?.previousHash, newest?.sizeBytes, newest?.fileCount, newest?.change],
      [second, first, 3, 2, 'changed'],
    )
    const { authoredAt = 0, ...rest } = oldest ?? ({} as Partial<DataVersion>)
    assert.ok(Math.abs(authoredAt - Date.now()) < 3_600_000)
    assert.deepEqual(
      { ...rest, sha256: typeof rest.sha256 },
      {
        commit,
        author: 'Ada',
        subject: 'Change',
        change: 'added',
        path: 'data/größe 1',
        from: undefined,
        hash: first,
        sha256: 'string',
        sizeBytes: 3,
        fileCount: undefined,
        previousHash: undefined,
      },
    )
  })

  it('follows a rename to the name before, and not to what had the new name earlier', async () => {
    await using repository = await createTestHistory()
    await repository.put('b', 'something else')
    await repository.commit()
    await repository.put('a', 'one')
    await rm(join(repository.root, 'b.dvc'))
    await repository.commit()
    await rm(join(repository.root, 'a.dvc'))
    await repository.put('b', 'one')
    await repository.commit()
    await repository.put('b', 'two')
    await repository.commit()
    assert.deepEqual(await log(repository, 'b'), ['changed b', 'renamed a → b', 'added a'])
    assert.deepEqual(await log(repository), ['changed b', 'renamed a → b', 'added a', 'removed b', 'added b'])
  })

  it('has what a merge made of two versions, and what both branches had', async () => {
    await using repository = await createTestHistory()
    await repository.put('a', 'one')
    await repository.commit()
    await repository.git('checkout', '--quiet', '-b', 'side')
    await repository.put('a', 'side')
    await repository.commit()
    await repository.git('checkout', '--quiet', 'trunk')
    await repository.put('a', 'trunk')
    await repository.commit()
    await repository.git('merge', '--quiet', 'side').catch(() => undefined)
    await repository.put('a', 'both')
    await repository.git('add', '--all')
    await repository.git('commit', '--quiet', '--message', 'Merge')
    const versions = await Array.fromAsync(logData(repository.data, process.env, {}, testWork))
    assert.deepEqual(new Set(versions.map(({ sizeBytes }) => sizeBytes)), new Set([3, 4, 5]))
    assert.equal(versions[0]?.subject, 'Merge')
    assert.equal(versions.length, 4)
  })

  it('is that of a folder of the repository where the data lies there, and reads over files that are none', async () => {
    await using repository = await createTestHistory()
    await repository.put('models/m', 'one')
    await repository.write({ 'broken.dvc': '<<<<<<< ours\n', 'evil.dvc': 'outs:\n- path: ../x\n' })
    await repository.commit()
    await repository.put('models/m', 'two')
    await repository.put('data', 'x')
    await repository.commit()
    assert.deepEqual(await log(repository, 'models'), ['changed models/m', 'added models/m'])
    const below = logData({ root: join(repository.root, 'models') }, process.env, {}, testWork)
    assert.deepEqual(
      (await Array.fromAsync(below)).map(({ path }) => path),
      ['m', 'm'],
    )
    assert.deepEqual(await log(repository, 'm'), [])
    await assert.rejects(Array.fromAsync(logData(repository.data, process.env, { revision: '--all' }, testWork)), {
      code: 'RESOURCE_DOES_NOT_EXIST',
    })
  })

  it('ends at once for whoever has seen enough of a long history', async () => {
    await using repository = await createTestHistory()
    const text = (index: number) => `outs:\n- md5: ${md5Of(String(index))}\n  hash: md5\n  path: a\n`
    const commits = Array.from({ length: 3000 }, (_, index) => {
      const [message, file] = [`Change ${index}`, text(index)]
      const head = `commit refs/heads/trunk\ncommitter Ada <ada@example.org> ${1_700_000_000 + index} +0000\n`
      return `${head}data ${message.length}\n${message}\nM 100644 inline a.dvc\ndata ${file.length}\n${file}\n`
    })
    execFileSync('git', ['fast-import', '--quiet'], { cwd: repository.root, input: commits.join('') })
    for await (const { subject } of logData(repository.data, process.env, { path: 'a' }, testWork)) {
      assert.equal(subject, 'Change 2999')
      break
    }
    assert.equal((await log(repository)).length, 3000)
  })
})
