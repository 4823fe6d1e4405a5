import assert from 'node:assert/strict'
import { createVerify, generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, it } from 'node:test'
import { openGoogleToken } from './google-token.ts'

describe('tokens of Google', () => {
  it('are had by a signed claim of a service account, and once for as long as they hold', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const folder = await mkdtemp(join(tmpdir(), 'rw-google-'))
    const asked: URLSearchParams[] = []
    let status = 200
    const server = createServer(async (request, response) => {
      asked.push(new URLSearchParams(await text(request)))
      response.writeHead(status).end(JSON.stringify({ access_token: `token ${asked.length}`, expires_in: 3600 }))
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    try {
      // SAFETY: a server that listens on a port has an address of this kind.
      const uri = `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`
      const pem = privateKey.export({ type: 'pkcs8', format: 'pem' })
      const key = { type: 'service_account', client_email: 'ada@example.org', private_key: pem, token_uri: uri }
      const path = join(folder, 'key.json')
      await writeFile(path, JSON.stringify(key))
      const { signal } = new AbortController()
      const open = () => openGoogleToken({ options: new Map([['credentialpath', path]]), env: {} }, 5000)
      const token = await open()
      assert.deepEqual([await token(signal), await token(signal)], ['token 1', 'token 1'])
      const [head, claims, signature = ''] = (asked[0]?.get('assertion') ?? '').split('.')
      const isSigned = createVerify('RSA-SHA256').update(`${head}.${claims}`).verify(publicKey, signature, 'base64url')
      assert.ok(isSigned)
      assert.equal(JSON.parse(Buffer.from(claims ?? '', 'base64url').toString()).iss, 'ada@example.org')

      status = 401
      const refused = await open()
      await assert.rejects(() => refused(signal), { code: 'PERMISSION_DENIED' })
    } finally {
      server.close()
      await rm(folder, { recursive: true })
    }
  })

  it('are missed where there is no key', async () => {
    const opening = openGoogleToken({ options: new Map(), env: { HOME: '/nowhere' } }, 5000)
    await assert.rejects(opening, { code: 'PERMISSION_DENIED' })
  })
})
