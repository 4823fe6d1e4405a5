import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { openDataRepository } from '../data/repository.ts'
import { readStatus } from '../data/status.ts'
import type { Work } from '../data/work.ts'
import { toGitPath } from '../git/git-path.ts'
import { importLfsFiles } from './import.ts'
import { openTestLfs, openTestServer, type TestLfsRepository } from './test-server.ts'

const quiet: Work = { signal: new AbortController().signal, progress: () => undefined }

async function importPaths({ open, context }: TestLfsRepository, ...names: string[]) {
  const repository = await open()
  const data = await openDataRepository(repository.root)
  return importLfsFiles({ repository, data, paths: names.map(toGitPath), remote: undefined, context }, quiet)
}

describe('an import from Git LFS', () => {
  it('makes versions of data of files and folders, and the index lets go of them', async () => {
    const [a, b, c] = [randomBytes(5000), randomBytes(60), randomBytes(70)]
    await using server = await openTestServer()
    await using clone = await openTestLfs(server, {
      'a.bin': a,
      'صور/b 1.bin': b,
      'صور/c.bin': c,
      'kept.bin': randomBytes(9),
    })
    const { root, git, write } = clone.repository
    await write({ '.dvc/config': '', '.dvc/.gitignore': '/tmp\n/cache\n' })
    const imported = await importPaths(clone, 'a.bin', 'صور')
    assert.deepEqual(
      imported.map(({ path, fileCount }) => [path, fileCount]),
      [
        ['a.bin', undefined],
        ['صور', 2],
      ],
    )
    assert.deepEqual([await readFile(join(root, 'a.bin')), await readFile(join(root, 'صور/b 1.bin'))], [a, b])
    assert.deepEqual((await git('ls-files')).split('\n').toSorted(), ['.gitattributes', 'kept.bin'])
    assert.equal((await readStatus(await openDataRepository(root), undefined, quiet)).length, 2)
    assert.equal(await git('check-ignore', 'a.bin'), 'a.bin')
  })

  it('changes nothing where there is something else, nothing to be had, or a change', async () => {
    await using server = await openTestServer()
    await using clone = await openTestLfs(server, {
      'd/a.bin': randomBytes(50),
      'lost.bin': randomBytes(60),
      'x.bin': randomBytes(8),
    })
    const { git, write } = clone.repository
    await write({ '.dvc/config': '', 'd/readme': 'x' })
    await git('add', 'd/readme')
    for (const [oid, content] of server.contents) if (content.length === 60) server.contents.delete(oid)
    await write({ 'x.bin': 'changed' })
    const before = await git('ls-files', '--stage')
    await assert.rejects(importPaths(clone, 'd'), {
      code: 'INVALID_PARAMETER_VALUE',
      message: /d\/readme is no file of Git LFS/,
    })
    await assert.rejects(importPaths(clone, 'nothing'), { code: 'RESOURCE_DOES_NOT_EXIST' })
    await assert.rejects(importPaths(clone, 'lost.bin'), { code: 'RESOURCE_DOES_NOT_EXIST' })
    await assert.rejects(importPaths(clone, 'x.bin'), { code: 'INVALID_STATE', message: /x\.bin is not as Git has it/ })
    await write({ '.dvcignore': 'a.bin\n' })
    await assert.rejects(importPaths(clone, 'd/a.bin'), { message: /ignored by a \.dvcignore/ })
    assert.equal(await git('ls-files', '--stage'), before)
  })
})
