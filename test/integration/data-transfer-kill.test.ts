import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { chunkedEnding } from '../../src/data/open-remote.ts'
import { createTestDataRepository, type TestDataRepository } from '../../src/data/test-repository.ts'
import { checkChunks } from './chunked-store.ts'
import { runDvc } from './real-dvc.ts'
import { runCli } from './run-cli.ts'
import { useTemporaryFolder } from './use-temporary-folder.ts'

const kills = process.env['RUNWRIGHT_LONG_TESTS'] === undefined ? 4 : 100
const main = join(import.meta.dirname, '../../src/cli/main.ts')
/** Files of 20,000 bytes, which lie whole in any remote, and a large one. */
const smallCount = 400

/** Starts a command and kills it after some milliseconds; whether it was still running. */
async function runAndKill(workspace: string, afterMs: number, ...args: readonly string[]): Promise<boolean> {
  const child = spawn(process.execPath, [main, ...args, '--workspace', workspace], { stdio: 'ignore' })
  const exit = once(child, 'exit')
  await Promise.race([exit, delay(afterMs)])
  child.kill('SIGKILL')
  const [code] = await exit
  assert.ok(code === null || code === 0, `${args.join(' ')} ended with ${code}`)
  return child.signalCode === 'SIGKILL'
}

/** Some time within that of the whole command; the first time surely before its end. */
function someOf(wholeMs: number, round: number): number {
  return wholeMs * (round === 0 ? 0.4 : 0.1 + 0.8 * Math.random())
}

/** Runs a command to its end. @returns milliseconds that it took */
async function run(workspace: string, ...args: readonly string[]): Promise<number> {
  const started = performance.now()
  const { exitCode, stderr, stdout } = await runCli(workspace, ...args)
  assert.equal(exitCode, 0, stderr + stdout)
  return performance.now() - started
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

interface Pushed {
  readonly repository: TestDataRepository
  readonly root: string
  readonly store: string
  /** The large file gets a mebibyte that is new, somewhere in the middle. */
  change(): Promise<void>
}

async function createPushed(ending: string): Promise<Pushed> {
  const repository = await createTestDataRepository()
  const { root } = repository
  const store = join(root, '.git/store')
  await repository.write({
    '.dvc/config': `[core]\n    remote = store\n['remote "store"']\n    url = ${store}${ending}\n`,
  })
  const small = Array.from({ length: smallCount }, (_, index) => [`data/${index}`, randomBytes(20_000)] as const)
  let large = randomBytes(60_000_000)
  await repository.write(Object.fromEntries(small))
  const change = async () => {
    const at = Math.floor(Math.random() * large.length)
    large = Buffer.concat([large.subarray(0, at), randomBytes(1 << 20), large.subarray(at)])
    // The cache, too: it would grow by all versions.
    for (const path of ['data/large', '.dvc/cache']) await rm(join(root, path), { recursive: true, force: true })
    await writeFile(join(root, 'data/large'), large)
    await repository.add('data')
  }
  await change()
  return { repository, root, store, change }
}

/** Pulls into an empty clone, and finds each file there as it is here. */
async function checkClone({ root }: Pushed, pull: (clone: string) => Promise<unknown>): Promise<void> {
  const clone = await mkdtemp(join(tmpdir(), 'runwright-clone-'))
  try {
    await cp(join(root, 'data.dvc'), join(clone, 'data.dvc'))
    await mkdir(join(clone, '.dvc'))
    const config = await readFile(join(root, '.dvc/config'), 'utf8')
    await writeFile(join(clone, '.dvc/config'), config.replace('[core]', '[core]\n    no_scm = true'))
    await pull(clone)
    const names = await readdir(join(root, 'data'))
    assert.equal(names.length, smallCount + 1)
    for (const name of names) {
      const [here, there] = [await readFile(join(root, 'data', name)), await readFile(join(clone, 'data', name))]
      assert.ok(here.equals(there), name)
    }
    assert.equal((await readdir(join(clone, 'data'))).length, names.length)
  } finally {
    await rm(clone, { recursive: true })
  }
}

for (const [what, ending] of [
  ['a remote', ''],
  ['a remote of chunks', chunkedEnding],
] as const) {
  describe(`a transfer with ${what} that is killed ${kills} times`, () => {
    let pushed: Pushed
    let temporary: Disposable
    before(async () => {
      pushed = await createPushed(ending)
      await mkdir(join(pushed.root, '.git/temporary'))
      temporary = useTemporaryFolder(join(pushed.root, '.git/temporary'))
    })
    after(async () => {
      temporary[Symbol.dispose]()
      await pushed.repository[Symbol.asyncDispose]()
    })
    const checkNothingIsLeft = async () => {
      for (const folder of ['.git/temporary', '.dvc/tmp/runwright', '.dvc/cache/runwright/parts']) {
        const names = await readdir(join(pushed.root, folder)).catch(() => [])
        assert.deepEqual(
          names.filter((name) => /scratch|^files/.test(name)),
          [],
        )
      }
    }
    const checkStore = async () => {
      const { recipes } = await checkChunks(pushed.store)
      return (await checkObjects(pushed.store)) + recipes.length
    }

    it('pushes nothing in part, and all of it in the end', async (test) => {
      const { root, store } = pushed
      const wholeMs = await run(root, 'data', 'push')
      let killed = 0
      let wasKilled = false
      for (let round = 0; round < kills; round++) {
        // From the beginning again, now and then; otherwise what a killed one has left is there.
        if (round % 9 === 0) await rm(store, { recursive: true, force: true })
        if (round % 3 === 0 || !wasKilled) await pushed.change()
        wasKilled = await runAndKill(root, someOf(wholeMs, round), 'data', 'push')
        killed += Number(wasKilled)
        await checkStore()
        if (round % 10 !== 3) continue
        await run(root, 'data', 'push')
        await run(root, 'data', 'verify', '--remote', 'store')
        await checkClone(pushed, (clone) => run(clone, 'data', 'pull'))
      }
      assert.ok(killed > 0)
      test.diagnostic(`${killed} of ${kills} before they ended`)
      await rm(store, { recursive: true, force: true })
      await run(root, 'data', 'push')
      assert.equal(await checkStore(), smallCount + 2)
      await checkNothingIsLeft()
    })

    it('fetches nothing in part, loses no file, and has all of it in the end', async (test) => {
      const { root, repository } = pushed
      const forget = async () => {
        for (const path of ['.dvc/cache', 'data']) await rm(join(root, path), { recursive: true, force: true })
      }
      await run(root, 'data', 'push')
      await forget()
      const wholeMs = await run(root, 'data', 'pull')
      let killed = 0
      let wasKilled = false
      for (let round = 0; round < kills; round++) {
        if (round % 3 === 0 || !wasKilled) await forget()
        wasKilled = await runAndKill(root, someOf(wholeMs, round), 'data', 'pull')
        killed += Number(wasKilled)
        await checkObjects(join(root, '.dvc/cache'))
      }
      assert.ok(killed > 0)
      test.diagnostic(`${killed} of ${kills} before they ended`)
      await run(root, 'data', 'pull')
      assert.equal(await checkObjects(join(root, '.dvc/cache')), smallCount + 2)
      assert.equal((await readdir(join(root, 'data'))).length, smallCount + 1)
      assert.equal((await repository.status())[0]?.state, 'clean')
      await checkNothingIsLeft()
    })

    it('makes a plain remote of one of chunks, which DVC pulls from', { skip: ending === '' }, async (test) => {
      const { root, store } = pushed
      let killed = 0
      for (let round = 0; round < Math.min(kills, 10); round++) {
        killed += Number(await runAndKill(root, 100 + 300 * Math.random(), 'data', 'export', '--dvc', 'store'))
        await checkStore()
      }
      test.diagnostic(`${killed} killed before they ended`)
      await run(root, 'data', 'export', '--dvc', 'store')
      assert.deepEqual([await checkObjects(store), (await checkChunks(store)).packs], [smallCount + 2, 0])
      await checkNothingIsLeft()
      await checkClone(pushed, (clone) => runDvc(clone, 'pull', '--quiet'))
    })
  })
}
