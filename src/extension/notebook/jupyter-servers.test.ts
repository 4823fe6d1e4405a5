import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseJupyterAddress } from '../../jupyter/server-address.ts'
import { nameServer } from '../../protocol/jupyter-access.ts'
import { createJupyterServers, isOnServer, parseServerAddress, toAccess } from './jupyter-servers.ts'

/** Storage and memory as VS Code gives them. */
function openStorage() {
  const [kept, remembered] = [new Map<string, string>(), new Map<string, unknown>()]
  const servers = createJupyterServers(
    {
      get: async (key) => kept.get(key),
      store: async (key, value) => void kept.set(key, value),
      delete: async (key) => void kept.delete(key),
    },
    {
      // SAFETY: a memento gives back what was put in, by the caller's word for its type.
      get: <T>(key: string, otherwise?: T) => (remembered.get(key) ?? otherwise) as T,
      update: async (key, value) => void remembered.set(key, value),
    },
  )
  return { servers, kept, remembered }
}

const url = 'https://hub.example.org/user/ada/'

describe('a server that was entered', () => {
  it('is remembered, with what lets one in beside it in the secret storage alone, until it is forgotten', async () => {
    const { servers, kept, remembered } = openStorage()
    await servers.keep({ url, way: 'token' }, 'old')
    await servers.keep({ url, way: 'token' }, 'hunter2')
    assert.deepEqual(servers.list(), [{ url, way: 'token' }])
    assert.doesNotMatch(JSON.stringify([...remembered]), /hunter2|old/)
    const { access, tokens } = (await servers.findAccess(`jupyter:${nameServer(url)}/python3`)) ?? assert.fail()
    assert.deepEqual([Object.values(tokens), Object.keys(tokens)], [['hunter2'], [access.tokenFrom]])
    await servers.forget(url)
    assert.deepEqual([servers.list(), kept.size], [[], 0])
    assert.equal(await servers.findAccess(`jupyter:${nameServer(url)}/python3`), undefined)
  })

  it('is shown what was entered for it, and no other server is', async () => {
    const { servers } = openStorage()
    await servers.keep({ url, way: 'header', header: 'X-Api-Key' }, 'hunter2')
    for (const environmentId of ['jupyter:lab/python3', `jupyter:${nameServer(`${url}b/`)}/python3`, 'venv:/x']) {
      assert.equal(await servers.findAccess(environmentId), undefined)
    }
    const { access } = toAccess({ url, way: 'header', header: 'X-Api-Key' }, 'hunter2')
    assert.equal(parseJupyterAddress(access, 'access').url.href, url)
    // A file that came with a folder names another server with the variable of this one.
    assert.throws(() => parseJupyterAddress({ ...access, url: 'https://evil.example.org/' }, 'targets.lab'), {
      code: 'INVALID_PARAMETER_VALUE',
    })
  })

  it('has environments of its own', () => {
    assert.ok(isOnServer(`jupyter:${nameServer(url)}/python3`, url))
    assert.ok(!isOnServer('jupyter:lab/python3', url))
  })
})

describe('the address of a Jupyter Server', () => {
  for (const [typed, parsed] of [
    ['http://127.0.0.1:8888', { url: 'http://127.0.0.1:8888/', token: '' }],
    [' http://localhost:8888/lab?token=abc ', { url: 'http://localhost:8888/', token: 'abc' }],
    ['https://hub.example.org/user/ada/lab/tree/a.ipynb', { url, token: '' }],
    ['https://hub.example.org/user/ada', { url, token: '' }],
    ['http://localhost:8888/tree#x', { url: 'http://localhost:8888/', token: '' }],
    ['https://ada:secret@hub.example.org', undefined],
    ['hub.example.org', undefined],
    ['file:///etc/passwd', undefined],
  ] as const) {
    it(`“${typed}” is ${parsed?.url ?? 'refused'}`, () => assert.deepEqual(parseServerAddress(typed), parsed))
  }
})
