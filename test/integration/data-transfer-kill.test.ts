import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { createTestDataRepository, type TestDataRepository } from '../../src/data/test-repository.ts'
import { runCli } from './run-cli.ts'

const kills = process.env['RUNWRIGHT_LONG_TESTS'] === '1' ? 100 : 4
const main = join(import.meta.dirname, '../../src/cli/main.ts')

/** Starts a command and kills it after some milliseconds; whether it was still running. */
async function runAndKill(workspace: string, afterMs: number, ...args: string[]): Promise<boolean> {
  const child = spawn(process.execPath, [main, ...args, '--workspace', workspace], { stdio: 'ignore' })
  const exit = once(child, 'exit')
  await Promise.race([exit, delay(afterMs)])
  child.kill('SIGKILL')
  await exit
  return child.signalCode === 'SIGKILL'
}

/** Every object that has its name has the bytes that the name says. */
async function checkObjects(folder: string): Promise<number> {
  const entries = await readdir(join(folder, 'files/md5'), { recursive: true, withFileTypes: true }).catch(() => [])
  const files = entries.filter((entry) => entry.isFile())
  for (const { parentPath, name } of files) {
    const md5 = createHash('md5')
      .update(await readFile(join(parentPath, name)))
      .digest('hex')
    assert.equal(md5, parentPath.slice(-2) + name.replace(/\.dir$/, ''))
  }
  return files.length
}

describe(`a transfer that is killed ${kills} times`, () => {
  let repository: TestDataRepository
  let root: string
  before(async () => {
    repository = await createTestDataRepository(`[core]\n    remote = store\n['remote "store"']\n    url = ../store\n`)
    root = repository.root
    const small = Array.from({ length: 400 }, (_, index): [string, Buffer] => [`data/${index}`, randomBytes(20_000)])
    await repository.write({ ...Object.fromEntries(small), 'data/large': randomBytes(60_000_000) })
    await repository.add('data')
  })
  after(() => repository[Symbol.asyncDispose]())

  it('pushes nothing in part, and all of it in the end', async (test) => {
    let killed = 0
    for (let round = 0; round < kills; round++) {
      killed += Number(await runAndKill(root, 150 + Math.random() * 500, 'data', 'push'))
      await checkObjects(join(root, 'store'))
      // From the beginning again, now and then.
      if (round % 3 === 2) await rm(join(root, 'store/files'), { recursive: true, force: true })
    }
    assert.ok(killed > 0)
    test.diagnostic(`${killed} of ${kills} before they ended`)
    const pushed = await runCli(root, 'data', 'push')
    assert.equal(pushed.exitCode, 0, pushed.stderr)
    assert.equal(await checkObjects(join(root, 'store')), 402)
  })

  it('fetches nothing in part, loses no file, and has all of it in the end', async (test) => {
    let killed = 0
    for (let round = 0; round < kills; round++) {
      if (round % 3 === 0) {
        await rm(join(root, '.dvc/cache'), { recursive: true, force: true })
        await rm(join(root, 'data'), { recursive: true, force: true })
      }
      killed += Number(await runAndKill(root, 150 + Math.random() * 700, 'data', 'pull'))
      await checkObjects(join(root, '.dvc/cache'))
    }
    assert.ok(killed > 0)
    test.diagnostic(`${killed} of ${kills} before they ended`)
    const pulled = await runCli(root, 'data', 'pull')
    assert.equal(pulled.exitCode, 0, pulled.stderr)
    assert.equal(await checkObjects(join(root, '.dvc/cache')), 402)
    assert.equal((await readdir(join(root, 'data'))).length, 401)
    const [status] = await repository.status()
    assert.equal(status?.state, 'clean')
  })
})
