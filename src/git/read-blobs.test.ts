import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { loadGitEnvironment } from './git.ts'
import { readBlobs } from './read-blobs.ts'
import { streamGit } from './stream-git.ts'
import { createTestRepository } from './test-repository.ts'

const { signal } = new AbortController()

describe('blobs of a repository', () => {
  it('come in the order asked, with their bytes, and say what is not there or too large', async () => {
    await using repository = await createTestRepository()
    const bytes = Buffer.from([0, 10, 255, 10, 10, 0])
    await repository.write({ empty: '', bytes, 'large file': 'x'.repeat(200_000), 'folder/file': 'in it\n' })
    await repository.commit()
    const env = await loadGitEnvironment(repository.root, process.env)
    const names = ['HEAD:bytes', 'HEAD:gone', 'HEAD:large file', 'HEAD:empty', 'HEAD:folder', 'HEAD:folder/file']
    const read = await Array.fromAsync(readBlobs(repository.root, env, names, { signal, maxBytes: 1000 }))
    assert.deepEqual(
      read.map(({ name, content, problem }) => [name, content?.toString('latin1') ?? problem]),
      [
        ['HEAD:bytes', bytes.toString('latin1')],
        ['HEAD:gone', 'missing'],
        ['HEAD:large file', 'large'],
        ['HEAD:empty', ''],
        ['HEAD:folder', 'missing'],
        ['HEAD:folder/file', 'in it\n'],
      ],
    )
  })

  it('are no bytes where git fails or is not installed', async () => {
    await using repository = await createTestRepository()
    const env = await loadGitEnvironment(repository.root, process.env)
    const all = (args: string[], own = env) => Array.fromAsync(streamGit(repository.root, own, args, { signal }))
    await assert.rejects(all(['log', 'nowhere']), { code: 'INVALID_STATE', message: /git log failed: .*nowhere/ })
    await assert.rejects(all(['log'], { ...env, PATH: '/nowhere' }), /git is not installed/)
    const aborted = streamGit(repository.root, env, ['log'], { signal: AbortSignal.abort() })
    await assert.rejects(Array.fromAsync(aborted), { code: 'CANCELLED' })
  })
})
