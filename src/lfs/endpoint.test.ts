import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createTestRepository } from '../git/test-repository.ts'
import { findEndpoint, type LfsOperation, parseEndpoint } from './endpoint.ts'
import { openLfsRepository } from './repository.ts'

/** What is found in a repository with these settings, and this `.lfsconfig`. */
async function find(settings: Readonly<Record<string, string>>, shared = '', operation: LfsOperation = 'download') {
  await using repository = await createTestRepository()
  for (const [key, value] of Object.entries(settings)) await repository.git('config', key, value)
  if (shared !== '') await repository.write({ '.lfsconfig': shared })
  const env = { ...process.env, HOME: repository.root }
  const endpoint = await findEndpoint(await openLfsRepository(repository.root, env), operation)
  if (endpoint.kind === 'folder') return endpoint.folder.replace(repository.root, '.')
  if (endpoint.kind === 'ssh') return [endpoint.destination, endpoint.port, endpoint.path, endpoint.fallback.href]
  const { url, login, isShared } = endpoint
  return [url.href, ...(login === undefined ? [] : [login.username, login.password]), ...(isShared ? ['shared'] : [])]
}

const origin = 'remote.origin.url'

describe('the endpoint of Git LFS', () => {
  it('is beside the remote', async () => {
    assert.deepEqual(await find({ [origin]: 'https://host/a/b.git' }), ['https://host/a/b.git/info/lfs'])
    assert.deepEqual(await find({ [origin]: 'https://host/a/b' }), ['https://host/a/b.git/info/lfs'])
    assert.deepEqual(await find({ [origin]: 'http://ada:s%40e@host:81/b/' }), [
      'http://host:81/b.git/info/lfs',
      'ada',
      's@e',
    ])
  })

  it('is asked for by ssh where the remote is one of ssh', async () => {
    const fallback = 'https://host/a/b.git/info/lfs'
    assert.deepEqual(await find({ [origin]: 'git@host:a/b.git' }), ['git@host', undefined, 'a/b.git', fallback])
    assert.deepEqual(await find({ [origin]: 'ssh://git@host:2222/a/b' }), ['git@host', '2222', '/a/b', fallback])
  })

  it('is where git’s settings say, before .lfsconfig, before the remote', async () => {
    const shared = '[lfs]\n\turl = https://shared/lfs\n'
    assert.deepEqual(await find({ [origin]: 'https://host/b' }, shared), ['https://shared/lfs', 'shared'])
    assert.deepEqual(await find({ [origin]: 'https://host/b', 'lfs.url': 'https://own/lfs' }, shared), [
      'https://own/lfs',
    ])
    assert.deepEqual(await find({ [origin]: 'https://host/b', 'remote.origin.lfsurl': 'https://own/x' }), [
      'https://own/x',
    ])
  })

  it('may be another one for pushing', async () => {
    const settings = { [origin]: 'https://host/b', 'lfs.url': 'https://own/lfs', 'lfs.pushurl': 'https://own/push' }
    assert.deepEqual(await find(settings, '', 'upload'), ['https://own/push'])
    assert.deepEqual(await find(settings), ['https://own/lfs'])
  })

  it('is that of the branch’s remote, and follows insteadOf', async () => {
    const settings = {
      [origin]: 'https://host/b',
      'remote.fork.url': 'short:c',
      'url.https://fork/.insteadof': 'short:',
      'branch.trunk.remote': 'fork',
    }
    assert.deepEqual(await find(settings), ['https://fork/c.git/info/lfs'])
  })

  it('may be a folder, but not one that .lfsconfig names', async () => {
    assert.equal(await find({ [origin]: 'other' }), './other')
    assert.equal(await find({ [origin]: 'file:///srv/a%20b.git' }), '/srv/a b.git')
    await assert.rejects(find({ [origin]: 'https://host/b' }, '[lfs]\n\turl = file:///etc\n'), {
      code: 'INVALID_PARAMETER_VALUE',
      message: /\.lfsconfig names a folder of this machine/,
    })
  })

  it('takes nothing else from .lfsconfig', async () => {
    const shared = '[lfs]\n\tstorage = /tmp/elsewhere\n[core]\n\tsshCommand = touch /tmp/run\n'
    await using repository = await createTestRepository()
    await repository.write({ '.lfsconfig': shared })
    const opened = await openLfsRepository(repository.root, process.env)
    assert.equal(opened.config.shared.size, 0)
    assert.ok(opened.objectsFolder.startsWith(`${repository.root}/.git/lfs`))
  })

  it('is refused where ssh would take it for an option, and where there is no way to it', () => {
    for (const text of ['ssh://-oProxyCommand=x/a', '-oProxyCommand=x:a', 'ssh://-x@host/a', 'rsync://host/a']) {
      assert.throws(() => parseEndpoint(text, '/r'), { code: 'INVALID_PARAMETER_VALUE' }, text)
    }
  })
})
