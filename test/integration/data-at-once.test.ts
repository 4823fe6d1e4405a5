import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { promisify } from 'node:util'
import { md5Of } from '../../src/data/test-history.ts'
import { createTestDataRepository, type TestDataRepository } from '../../src/data/test-repository.ts'

const rounds = process.env['RUNWRIGHT_LONG_TESTS'] === undefined ? 1 : 20
const script = join(import.meta.dirname, 'data-command.ts')

/** In a process of its own. */
const add = ({ root }: TestDataRepository, ...paths: string[]) =>
  promisify(execFile)(process.execPath, [script, root, 'add', ...paths])

/** Files that folders have in common, and some of their own. */
function filesOf(folder: string, round: number): Record<string, string> {
  const names = Array.from({ length: 200 }, (_, index) => index)
  return Object.fromEntries(
    names.map((index) => [`${folder}/${index}`, index % 4 === 0 ? `${folder} ${round} ${index}` : `${round} ${index}`]),
  )
}

async function checkObjects(cache: string): Promise<void> {
  const entries = await readdir(join(cache, 'files/md5'), { recursive: true, withFileTypes: true })
  for (const { parentPath, name } of entries.filter((entry) => entry.isFile())) {
    assert.equal(md5Of(await readFile(join(parentPath, name))), parentPath.slice(-2) + name.replace('.dir', ''), name)
  }
  assert.deepEqual(await readdir(join(cache, 'runwright/new')), [])
}

async function checkClean(repository: TestDataRepository, files: Record<string, string>): Promise<void> {
  for (const [path, text] of Object.entries(files)) assert.equal(await repository.read(path), text)
  const states = (await repository.status()).map(({ state }) => state)
  assert.ok(states.length > 0 && states.every((state) => state === 'clean'), states.join())
  // And the cache has it all.
  for (const folder of new Set(Object.keys(files).map((path) => path.split('/')[0] ?? ''))) {
    await rm(join(repository.root, folder), { recursive: true })
  }
  await repository.checkout()
  for (const [path, text] of Object.entries(files)) assert.equal(await repository.read(path), text)
}

describe('processes that add data at once', () => {
  for (const type of ['copy', 'hardlink', 'symlink']) {
    it(`do it one after the other in one repository, with ${type}`, async () => {
      for (let round = 0; round < rounds; round++) {
        await using repository = await createTestDataRepository(`[cache]\n    type = ${type}\n`)
        const files = { ...filesOf('one', round), ...filesOf('two', round), ...filesOf('three', round) }
        await repository.write(files)
        await Promise.all([
          add(repository, 'one'),
          add(repository, 'two'),
          add(repository, 'three', 'two'),
          add(repository, 'one', 'three'),
        ])
        const ignored = (await repository.read('.gitignore')).split('\n').toSorted()
        assert.deepEqual(ignored, ['', '/one', '/three', '/two'])
        await checkObjects(join(repository.root, '.dvc/cache'))
        await checkClean(repository, files)
      }
    })

    it(`share a cache between repositories, with ${type}`, async () => {
      const cache = await mkdtemp(join(tmpdir(), 'runwright-shared-'))
      try {
        for (let round = 0; round < rounds; round++) {
          const config = `[cache]\n    dir = ${cache}\n    type = ${type}\n`
          await using first = await createTestDataRepository(config)
          await using second = await createTestDataRepository(config)
          const files = { ...filesOf('one', round), ...filesOf('two', round) }
          await Promise.all([first, second].map((repository) => repository.write(files)))
          await Promise.all([first, second].flatMap((each) => [add(each, 'one'), add(each, 'two', 'one')]))
          await checkObjects(cache)
          for (const repository of [first, second]) await checkClean(repository, files)
        }
      } finally {
        await rm(cache, { recursive: true })
      }
    })
  }
})
