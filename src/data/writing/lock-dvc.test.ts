import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { lstat, mkdir, readdir, rm, symlink, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { addPaths } from '../add.ts'
import { checkoutPaths } from '../checkout.ts'
import { movePath } from '../move.ts'
import { removePaths } from '../remove.ts'
import { createTestDataRepository, quietWork, type TestDataRepository } from '../test-repository.ts'
import { dvcLockFile, tryDvcLock } from './lock-dvc.ts'

const hasFlock = spawnSync('flock', ['--version']).status === 0
const skip = hasFlock || process.platform === 'darwin' ? false : 'there is no program "flock"'

/** Whether another program could have DVC's lock now. */
const isFree = (path: string) => spawnSync('flock', ['--nonblock', path, 'true']).status === 0

async function createWithFolder(): Promise<{ repository: TestDataRepository; lock: string }> {
  const repository = await createTestDataRepository()
  await mkdir(join(repository.root, '.dvc/tmp'))
  await repository.write({ model: 'weights', 'data/a': 'a' })
  return { repository, lock: dvcLockFile((await repository.open()).temporaryFolder) }
}

describe('the lock of DVC', { skip }, () => {
  it('is waited for, which is told', async () => {
    const { repository, lock } = await createWithFolder()
    await using _ = repository
    const holder = spawn('flock', [lock, 'sh', '-c', 'echo held; read line'], { stdio: ['pipe', 'pipe', 'inherit'] })
    await once(holder.stdout, 'data')
    const phases = new Set<string>()
    const progress = ({ phase }: { readonly phase: string }) => {
      if (phase === 'wait' && !phases.has(phase)) holder.stdin.end('go\n')
      phases.add(phase)
    }
    await addPaths(await repository.open(), ['model'], { ...quietWork(), progress })
    assert.ok(phases.has('wait'))
    assert.deepEqual((await repository.status())[0]?.state, 'clean')
  })

  it('ends a command that waits for it when that is cancelled, with nothing written', async () => {
    const { repository, lock } = await createWithFolder()
    await using _ = repository
    const data = await repository.open()
    const held = tryDvcLock(data)
    const controller = new AbortController()
    const work = { signal: controller.signal, progress: () => controller.abort() }
    await assert.rejects(addPaths(data, ['model'], work), { code: 'CANCELLED' })
    assert.deepEqual((await readdir(repository.root)).toSorted(), ['.dvc', '.git', 'data', 'model'])
    held?.[Symbol.dispose]()
    // Neither lock is left behind.
    await repository.add('model')
    assert.ok(isFree(lock))
  })

  it('is held while a command writes, and by one at a time', async () => {
    const { repository, lock } = await createWithFolder()
    await using _ = repository
    const seen: boolean[] = []
    const progress = () => void seen.push(isFree(lock))
    await addPaths(await repository.open(), ['data'], { ...quietWork(), progress })
    assert.ok(seen.length > 0 && seen.every((free) => !free))
    assert.ok(isFree(lock))
    const data = await repository.open()
    const first = tryDvcLock(data)
    assert.equal(tryDvcLock(data), undefined)
    first?.[Symbol.dispose]()
    tryDvcLock(data)?.[Symbol.dispose]()
    assert.ok(isFree(lock))
  })

  it('is not taken through a link', async () => {
    const { repository, lock } = await createWithFolder()
    await using _ = repository
    await symlink('../../elsewhere', lock)
    await assert.rejects(repository.add('model'), { code: 'STORAGE_READ_ONLY', message: /is a symbolic link/ })
    await assert.rejects(lstat(join(repository.root, 'elsewhere')), { code: 'ENOENT' })
  })

  it('is done without where there is no program to take it', { skip: process.platform === 'darwin' }, async () => {
    const { repository, lock } = await createWithFolder()
    await using _ = repository
    const { PATH } = process.env
    process.env['PATH'] = repository.root
    try {
      using _lock = tryDvcLock(await repository.open())
      assert.ok(_lock !== undefined)
    } finally {
      process.env['PATH'] = PATH
    }
    assert.ok(isFree(lock))
  })

  it('stops us where it is one by hard links, until the time that it is held for', async () => {
    const repository = await createTestDataRepository('[core]\n    hardlink_lock = True\n')
    await using _ = repository
    await repository.write({ model: 'weights', '.dvc/tmp/lock': 'claim' })
    const lock = join(repository.root, '.dvc/tmp/lock')
    const dayMs = 86_400_000
    await utimes(lock, new Date(), new Date(Date.now() + dayMs))
    await assert.rejects(repository.add('model'), { code: 'INVALID_STATE', message: /DVC is at work/ })
    await utimes(lock, new Date(), new Date(Date.now() - dayMs))
    await repository.add('model')
    await rm(lock)
    await repository.add('model')
  })
})

describe('what a stage of DVC has in use', () => {
  it('is not written by any command, and all else is', async () => {
    const { repository } = await createWithFolder()
    await using _ = repository
    await repository.add('data', 'model')
    const data = await repository.open()
    const use = { pid: process.pid, cmd: 'dvc repro train' }
    for (const uses of [
      { read: { [join(repository.root, 'data')]: [use] } },
      { write: { [join(repository.root, 'data/inner')]: use } },
    ]) {
      await repository.write({ '.dvc/tmp/rwlock': JSON.stringify(uses), 'data/a': 'changed' })
      const options = { paths: ['data'], isForced: true }
      for (const act of [
        () => repository.add('data'),
        () => repository.commitData(),
        () => checkoutPaths(data, options, quietWork()),
        () => movePath(data, 'data', 'moved', quietWork(), process.env),
        () => removePaths(data, { ...options, isWithData: true }, quietWork(), process.env),
      ]) {
        await assert.rejects(act(), {
          code: 'INVALID_STATE',
          message: `data is in use by "dvc repro train" (process ${process.pid}).`,
        })
      }
      assert.equal(await repository.read('data/a'), 'changed')
      await repository.commitData('model')
    }
  })

  it('is free once its process has ended, and where the file cannot be read', async () => {
    const { repository } = await createWithFolder()
    await using _ = repository
    const { pid } = spawnSync('true')
    const path = join(repository.root, 'data')
    for (const text of [JSON.stringify({ write: { [path]: { pid, cmd: 'dvc repro' } } }), '', '{"write": 3}', '[']) {
      await repository.write({ '.dvc/tmp/rwlock': text, 'data/a': text })
      await repository.add('data')
    }
  })
})
