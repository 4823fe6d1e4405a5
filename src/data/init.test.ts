import assert from 'node:assert/strict'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { createTestRepository } from '../git/test-repository.ts'
import { type InitOptions, initRepository } from './init.ts'

const init = (folder: string, options: Partial<InitOptions> = {}) =>
  initRepository({ folder, env: process.env, isWithoutGit: false, isSubfolder: false, ...options })

describe('a new data repository', () => {
  it('is what "dvc init" of DVC 3.67 makes, and leaves the index and the user’s own .dvcignore alone', async () => {
    await using repository = await createTestRepository()
    await repository.write({ '.dvcignore': '*.tmp\n' })
    const text = (file: string) => readFile(join(repository.root, file), 'utf8')
    assert.deepEqual(await init(repository.root), ['.dvc/.gitignore', '.dvc/config'])
    assert.equal(await text('.dvc/.gitignore'), '/config.local\n/tmp\n/cache\n')
    assert.equal(await text('.dvc/config'), '')
    assert.equal(await text('.dvcignore'), '*.tmp\n')
    assert.deepEqual((await readdir(join(repository.root, '.dvc'))).toSorted(), ['.gitignore', 'config', 'tmp'])
    assert.equal((await stat(join(repository.root, '.dvc'))).mode & 0o777, 0o777 & ~process.umask())
    assert.equal(await repository.git('ls-files'), '')
    assert.deepEqual((await readdir(repository.root)).toSorted(), ['.dvc', '.dvcignore', '.git'])
  })

  it('is refused where it would be of no use, and nothing is left behind', async () => {
    await using repository = await createTestRepository()
    await repository.write({ 'sub/file': '', '.gitignore': '.dvc\n' })
    const sub = join(repository.root, 'sub')
    await assert.rejects(init(sub), { code: 'INVALID_STATE', message: /is a folder inside the git repository/ })
    await assert.rejects(init(repository.root), { code: 'INVALID_STATE', message: /Git ignores/ })
    await assert.rejects(init('/'), { code: 'INVALID_STATE', message: /no git repository/ })
    assert.deepEqual((await readdir(repository.root)).toSorted(), ['.git', '.gitignore', 'sub'])
    await repository.write({ '.gitignore': '' })
    await init(sub, { isSubfolder: true })
    await assert.rejects(init(sub, { isSubfolder: true }), { code: 'RESOURCE_ALREADY_EXISTS' })
  })

  it('says in its settings that there is no git', async () => {
    await using repository = await createTestRepository()
    await repository.write({ 'sub/file': '' })
    const sub = join(repository.root, 'sub')
    assert.deepEqual(await init(sub, { isWithoutGit: true }), ['.dvc/config', '.dvcignore'])
    assert.equal(await readFile(join(sub, '.dvc/config'), 'utf8'), '[core]\n    no_scm = True\n')
  })
})
