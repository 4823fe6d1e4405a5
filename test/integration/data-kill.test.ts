import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { mapConcurrently } from '../../src/base/map-concurrently.ts'
import { createTestDataRepository, type TestDataRepository } from '../../src/data/test-repository.ts'

/** Of each command. */
const kills = process.env['RUNWRIGHT_LONG_TESTS'] === undefined ? 2 : 100
const fileCount = 800
const script = join(import.meta.dirname, 'data-command.ts')

/** Every third file is another one in each version, some are there in one version only. */
function writeVersion(version: number): Record<string, string | Buffer> {
  const files: Record<string, string | Buffer> = { 'data/big': Buffer.alloc(6 << 20, `version ${version} `) }
  for (let index = 0; index < fileCount; index++) {
    if (index % 50 === version % 50) continue
    const text = index % 3 === 0 ? `file ${index} of version ${version}` : `file ${index}`
    files[`data/${index % 11}/${index}`] = text
  }
  return files
}

const hash = (bytes: Buffer) => createHash('md5').update(bytes).digest('hex')

async function listFiles(folder: string): Promise<ReadonlyMap<string, string>> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true })
  const hashes = new Map<string, string>()
  await mapConcurrently(
    names.filter((entry) => !entry.isDirectory()),
    16,
    async ({ parentPath, name }) => {
      const path = join(parentPath, name)
      hashes.set(path.slice(folder.length + 1), hash(await readFile(path)))
    },
  )
  return hashes
}

/** Writes a version over what is there; a file that may share its object is taken away first, as editors do. */
async function replaceVersion(repository: TestDataRepository, version: number): Promise<ReadonlyMap<string, string>> {
  await rm(join(repository.root, 'data'), { recursive: true, force: true })
  await repository.write(writeVersion(version))
  return listFiles(join(repository.root, 'data'))
}

/** With no cache but that of one version, which is tracked: otherwise the checks grow with every turn. */
async function beginAnew(repository: TestDataRepository, version: number): Promise<void> {
  for (const name of ['.dvc/cache', 'data.dvc', '.gitignore']) {
    await rm(join(repository.root, name), { recursive: true, force: true })
  }
  await replaceVersion(repository, version)
  await repository.add('data')
}

/** Runs a command in a process of its own and kills it after a share of the time that it takes. */
async function killCommand(root: string, command: string, afterMs: number): Promise<'killed' | 'ended'> {
  const child = spawn(process.execPath, [script, root, command, ...(command === 'add' ? ['data'] : [])], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  child.stderr.on('data', (chunk) => (said += String(chunk)))
  const ended = once(child, 'exit')
  await once(child.stdout, 'data')
  await Promise.race([delay(afterMs), ended])
  child.kill('SIGKILL')
  const [code] = await ended
  assert.ok(code === null || code === 0, said)
  return code === null ? 'killed' : 'ended'
}

/** Every object is what its name says, and all that the `.dvc` file names is there. */
async function checkCache(root: string): Promise<void> {
  const folder = join(root, '.dvc/cache/files/md5')
  const objects = existsSync(folder) ? await listFiles(folder) : new Map<string, string>()
  for (const [path, md5] of objects) assert.equal(path.replace('/', '').slice(0, 32), md5, path)
  const pointer = await readFile(join(root, 'data.dvc'), 'utf8').catch(() => undefined)
  if (pointer === undefined) return
  const [, name = ''] = /md5: (\w+\.dir)/.exec(pointer) ?? []
  const list = await readFile(join(folder, name.slice(0, 2), name.slice(2)), 'utf8')
  for (const [, md5 = ''] of list.matchAll(/"md5": "(\w+)"/g)) {
    assert.ok(objects.has(`${md5.slice(0, 2)}/${md5.slice(2)}`), `${md5} is named and not there`)
  }
}

async function checkNothingIsLeft(root: string): Promise<void> {
  for (const folder of ['.dvc/tmp/runwright/new', '.dvc/cache/runwright/new']) {
    assert.deepEqual(await readdir(join(root, folder)), [], folder)
  }
  const indexes = await readdir(join(root, '.dvc/tmp/runwright/index'))
  assert.deepEqual(
    indexes.filter((name) => name.endsWith('.new')),
    [],
  )
}

for (const type of ['copy', 'hardlink']) {
  describe(`a command on data that is killed, with ${type}`, { concurrency: false }, () => {
    const config = `[cache]\n    type = ${type}\n`

    it('has lost no file and left none half-written when it was to add or commit', async (test) => {
      await using repository = await createTestDataRepository(config)
      let killed = 0
      for (let turn = 0; turn < 2 * kills; turn++) {
        const command = turn < kills ? 'add' : 'commit'
        if (turn % 10 === 0) await beginAnew(repository, turn + 1)
        if (command === 'add')
          for (const name of ['data.dvc', '.gitignore']) await rm(join(repository.root, name), { force: true })
        const files = await replaceVersion(repository, turn)
        const outcome = await killCommand(repository.root, command, turn === 0 ? 0 : Math.random() * 300)
        if (outcome === 'killed') killed++
        assert.deepEqual(await listFiles(join(repository.root, 'data')), files)
        await checkCache(repository.root)
        await repository.add('data')
        assert.deepEqual(await listFiles(join(repository.root, 'data')), files)
        assert.equal((await repository.status())[0]?.state, 'clean')
        await checkCache(repository.root)
        await checkNothingIsLeft(repository.root)
      }
      assert.ok(killed > 0, 'every command had ended before it was killed')
      test.diagnostic(`${killed} of ${2 * kills} before they ended`)
    })

    it('leaves files of one version or the other when it was to check out', async (test) => {
      await using repository = await createTestDataRepository(config)
      const versions: { files: ReadonlyMap<string, string>; pointer: string }[] = []
      for (const version of [0, 1]) {
        const files = await replaceVersion(repository, version)
        await repository.add('data')
        versions.push({ files, pointer: await repository.read('data.dvc') })
      }
      let killed = 0
      for (let turn = 0; turn < kills; turn++) {
        const [to, from] = [versions[turn % 2], versions[(turn + 1) % 2]]
        assert.ok(to && from)
        await repository.write({ 'data.dvc': to.pointer })
        const mine = `data/${turn % 11}/mine`
        const afterMs = turn === 0 ? 0 : Math.random() * 300
        if ((await killCommand(repository.root, 'checkout', afterMs)) === 'killed') killed++
        for (const [path, md5] of await listFiles(join(repository.root, 'data'))) {
          assert.ok(md5 === to.files.get(path) || md5 === from.files.get(path), path)
        }
        await repository.write({ [mine]: 'in no cache' })
        await assert.rejects(repository.checkout(), { code: 'RESOURCE_CONFLICT' })
        assert.equal(await repository.read(mine), 'in no cache')
        await rm(join(repository.root, mine))
        await repository.checkout()
        assert.deepEqual(await listFiles(join(repository.root, 'data')), to.files)
        await checkCache(repository.root)
        await checkNothingIsLeft(repository.root)
      }
      assert.ok(killed > 0, 'every command had ended before it was killed')
      test.diagnostic(`${killed} of ${kills} before they ended`)
    })
  })
}
