import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { pushData } from './push.ts'
import { readRemoteStatus } from './remote-status.ts'
import { createTestDataRepository, quietWork } from './test-repository.ts'

describe('what a remote lacks', () => {
  it('is counted for each file and folder, until it is pushed', async () => {
    const store = await mkdtemp(join(tmpdir(), 'runwright-store-'))
    await using repository = await createTestDataRepository(
      `[core]\n    remote = store\n['remote "store"']\n    url = ${store}\n`,
    )
    try {
      await repository.write({ 'data/a': 'a', 'data/b': 'b', model: 'm' })
      await repository.add('data', 'model')
      const opened = await repository.open()
      const ask = async () =>
        Object.fromEntries(
          await readRemoteStatus(opened, { paths: undefined, remote: undefined, env: process.env }, quietWork()),
        )
      // Two files, their list and its manifest.
      assert.deepEqual(await ask(), { data: 4, model: 1 })
      await pushData(opened, { paths: ['data'], remote: undefined, env: process.env }, quietWork())
      assert.deepEqual(await ask(), { data: 0, model: 1 })
    } finally {
      await rm(store, { recursive: true })
    }
  })
})
