import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { promisify } from 'node:util'
import { prepareDataFolder } from './data-folder.ts'

async function makeFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'runwright-data-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  return folder
}

describe('the data folder', () => {
  it('is nothing to git but for saved views', async (t) => {
    const repository = await makeFolder(t)
    const folder = join(repository, '.runwright')
    await prepareDataFolder(folder)
    await mkdir(join(folder, 'views'))
    for (const file of ['store.db', 'views/best.json', 'views/notes.txt', 'logs/engine.log', 'logs/x.json']) {
      await writeFile(join(folder, file), '')
    }
    const git = (...args: string[]) => promisify(execFile)('git', args, { cwd: repository })
    await git('init', '--quiet')
    const { stdout } = await git('ls-files', '--others', '--exclude-standard')
    assert.deepEqual(stdout.trim().split('\n'), ['.runwright/views/best.json'])
  })

  it('lets views through where it was made before there were any, and leaves what others wrote', async (t) => {
    for (const [before, changes] of [
      ['*\n', true],
      ['*\n!notes.md\n', false],
    ] as const) {
      const folder = await makeFolder(t)
      const file = join(folder, '.gitignore')
      await writeFile(file, before)
      await prepareDataFolder(folder)
      assert.equal((await readFile(file, 'utf8')) !== before, changes)
    }
  })

  for (const name of ['artifacts', 'views', 'spool', 'logs', 'store.db']) {
    it(`is refused when its ${name} is a link`, async (t) => {
      const [folder, elsewhere] = [await makeFolder(t), await makeFolder(t)]
      await symlink(elsewhere, join(folder, name))
      const refusal = { code: 'STORAGE_READ_ONLY', message: new RegExp(`${name} is a symbolic link`) }
      await assert.rejects(prepareDataFolder(folder), refusal)
      assert.deepEqual(await readdir(elsewhere), [])
    })
  }

  it('may be a link as a whole', async (t) => {
    const [folder, elsewhere] = [await makeFolder(t), await makeFolder(t)]
    await symlink(elsewhere, join(folder, '.runwright'))
    await prepareDataFolder(join(folder, '.runwright'))
    assert.deepEqual((await readdir(elsewhere)).toSorted(), ['.gitignore', 'logs'])
  })
})
