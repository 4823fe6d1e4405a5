import assert from 'node:assert/strict'
import { rm, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { fetchData } from '../../src/data/fetch.ts'
import { pushData } from '../../src/data/push.ts'
import { createTestDataRepository, quietWork, type TestDataRepository } from '../../src/data/test-repository.ts'
import { multipartBytes } from '../../src/data/wire/send-parts.ts'
import { azureAccount, createSas, openAzureServer, type StoreServer, whyNoAzure } from '../servers/object-stores.ts'

/** The keys of `.dvc/config.local`, and the environment. */
interface Keys {
  readonly options?: Readonly<Record<string, string>>
  readonly env?: Readonly<Record<string, string>>
}

describe('a remote on Azure by a SAS token', { skip: whyNoAzure }, () => {
  let server: StoreServer
  before(async () => {
    server = await openAzureServer()
  })
  after(() => server[Symbol.asyncDispose]())

  const endpoint = () => `http://127.0.0.1:${server.port}/${azureAccount.name}`

  async function createRepository(folder: string): Promise<TestDataRepository> {
    const url = `azure://${azureAccount.container}/${folder}`
    const config = `[core]\n    remote = far\n['remote "far"']\n    url = ${url}\n`
    const repository = await createTestDataRepository(config)
    await repository.write({ 'data/a b': 'one', 'data/ملف': 'two', large: '' })
    // In blocks, which other requests send and list.
    await truncate(join(repository.root, 'large'), multipartBytes + 1)
    await repository.add('data', 'large')
    return repository
  }

  async function choose(repository: TestDataRepository, { options = {}, env = {} }: Keys) {
    const lines = Object.entries({ connection_string: `BlobEndpoint=${endpoint()}`, ...options })
    const text = lines.map(([name, value]) => `    ${name} = ${value}\n`).join('')
    await repository.write({ '.dvc/config.local': `['remote "far"']\n${text}` })
    return [await repository.open(), { paths: undefined, remote: undefined, env }, quietWork()] as const
  }
  const push = async (repository: TestDataRepository, keys: Keys) => pushData(...(await choose(repository, keys)))

  /** Takes the cache away, and fetches all of it again. */
  async function fetchAnew(repository: TestDataRepository, keys: Keys) {
    for (const path of ['.dvc/cache', '.dvc/tmp', 'data'])
      await rm(join(repository.root, path), { recursive: true, force: true })
    return fetchData(...(await choose(repository, keys)))
  }

  it('is written and read, whether the settings have the token or the environment', async () => {
    await using repository = await createRepository('both ways')
    const pushed = await push(repository, { options: { sas_token: createSas() } })
    assert.deepEqual([pushed.movedCount, pushed.failures], [5, []])
    const ways: readonly Keys[] = [
      { env: { AZURE_STORAGE_SAS_TOKEN: `?${createSas()}` } },
      // Copied from where nothing is encoded.
      { options: { sas_token: decodeURIComponent(createSas()) } },
      { options: { connection_string: `BlobEndpoint=${endpoint()};SharedAccessSignature=${createSas()}` } },
      // What the remote says of itself goes before the environment, and the key of an account before a token.
      { options: { sas_token: createSas() }, env: { AZURE_STORAGE_KEY: 'AAAA', AZURE_STORAGE_ACCOUNT: 'another' } },
      {
        options: { account_name: azureAccount.name, account_key: azureAccount.key },
        env: { AZURE_STORAGE_SAS_TOKEN: createSas({ validMs: -60_000 }) },
      },
    ]
    for (const keys of ways) {
      const fetched = await fetchAnew(repository, keys)
      assert.deepEqual([fetched.movedCount, fetched.failures], [5, []])
      await repository.checkout()
      assert.equal(await repository.read('data/ملف'), 'two')
    }
  })

  it('lets its bearer do what it allows, and says so of the rest without telling the token', async () => {
    await using repository = await createRepository('allowed')
    const reading = { options: { sas_token: createSas({ permissions: 'rl' }) } }
    await assertDenied(push(repository, reading))
    await push(repository, { options: { sas_token: createSas() } })
    assert.deepEqual((await push(repository, reading)).failures, [])
    assert.deepEqual((await fetchAnew(repository, reading)).failures, [])
  })

  it('is closed to a token that has expired, and to one by another key', async () => {
    await using repository = await createRepository('closed')
    for (const choice of [{ validMs: -60_000 }, { key: Buffer.from('another').toString('base64') }]) {
      await assertDenied(push(repository, { options: { sas_token: createSas(choice) } }))
    }
  })
})

async function assertDenied(push: ReturnType<typeof pushData>): Promise<void> {
  const outcome = await push.then(
    ({ failures }) => failures.map(({ error }) => error),
    (error: unknown) => [error],
  )
  assert.ok(outcome.length > 0)
  for (const error of outcome) {
    assert.match(JSON.stringify(error, Object.getOwnPropertyNames(error)), /PERMISSION_DENIED/)
    assert.doesNotMatch(JSON.stringify(error, Object.getOwnPropertyNames(error)), /sig=/)
  }
}
