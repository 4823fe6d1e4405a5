import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, it } from 'node:test'
import { addPaths } from '../../src/data/add.ts'
import { openDataCache } from '../../src/data/cache.ts'
import { createTestDataRepository, quietWork } from '../../src/data/test-repository.ts'
import { lockRepository } from '../../src/data/writing/lock-repository.ts'
import { until } from '../until.ts'
import { dvcEnvironment, findDvc, runDvc } from './real-dvc.ts'

/** DVC's own lock, taken as its commands take it, until a line comes. */
const holdLock = `
from dvc.repo import Repo
with Repo().lock:
    print("held", flush=True)
    input()
`

const onWindows = process.platform === 'win32' && 'DVC cannot be locked out there'

describe('Runwright and the real DVC on one repository at a time', { skip: onWindows }, () => {
  it('waits for a command of DVC', async () => {
    await using repository = await createTestDataRepository()
    const { root } = repository
    await repository.write({ model: 'weights' })
    const python = join(dirname(findDvc()), 'python')
    const dvc = spawn(python, ['-c', holdLock], { cwd: root, env: dvcEnvironment(root) })
    await once(dvc.stdout, 'data')
    let isReleased = false
    const progress = ({ phase }: { readonly phase: string }) => {
      assert.ok(phase === 'wait' || isReleased)
      if (!isReleased) dvc.stdin.end('\n')
      isReleased = true
    }
    await addPaths(await repository.open(), ['model'], { ...quietWork(), progress })
    assert.ok(isReleased)
    assert.match(await runDvc(root, 'status'), /up to date/)
  })

  it('is waited for by DVC, which says so', async () => {
    await using repository = await createTestDataRepository()
    const { root } = repository
    await repository.write({ model: 'weights' })
    const data = await repository.open()
    {
      using cache = openDataCache(data)
      using _lock = await lockRepository(data, cache, quietWork())
      await assert.rejects(runDvc(root, 'add', 'model'), /Unable to acquire lock/)
      assert.equal(existsSync(join(root, 'model.dvc')), false)
    }
    await runDvc(root, 'add', '--quiet', 'model')
    assert.equal((await repository.status())[0]?.state, 'clean')
  })

  it('does not write what a stage that runs reads, and writes all else', async () => {
    await using repository = await createTestDataRepository()
    const { root } = repository
    const wait = 'touch started; while [ ! -e go ]; do sleep 0.05; done; cp data model'
    const stage = { cmd: wait, deps: ['data'], outs: ['model'] }
    await repository.write({ data: 'one', other: 'two', 'dvc.yaml': JSON.stringify({ stages: { train: stage } }) })
    await repository.add('data', 'other')
    const running = runDvc(root, 'repro')
    await until(() => existsSync(join(root, 'started')), 60_000)
    await repository.write({ data: 'changed', other: 'changed' })
    try {
      await assert.rejects(repository.checkout({ isForced: true }), {
        code: 'INVALID_STATE',
        message: /^data is in use by ".*dvc repro" \(process \d+\)\.$/,
      })
      assert.equal(await repository.read('data'), 'changed')
      await repository.add('other')
    } finally {
      await repository.write({ data: 'one', go: '' })
      await running
    }
    await repository.checkout()
    assert.match(await runDvc(root, 'status'), /up to date/)
  })
})
