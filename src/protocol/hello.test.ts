import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { describe, it } from 'node:test'
import { helloProof, isNonce, parseHello } from './hello.ts'

describe('the hello', () => {
  it('is proven by an HMAC-SHA256 of nonce, pid and version', async () => {
    const expected = createHmac('sha256', 'secret').update('00ff|42|0.1.0').digest('hex')
    assert.equal(await helloProof('secret', { nonce: '00ff', pid: 42, version: '0.1.0' }), expected)
  })

  it('is read from what an engine answers, whatever else is in it', () => {
    const hello = { version: '0.1.0', protocolVersion: 1, pid: 42, proof: 'ab' }
    assert.deepEqual(parseHello({ ...hello, more: 1 }), hello)
    for (const name of ['version', 'protocolVersion', 'pid', 'proof']) {
      assert.equal(parseHello({ ...hello, [name]: null }), undefined, name)
    }
    assert.equal(parseHello(null), undefined)
  })

  it('takes a nonce of 16 bytes in hex only', () => {
    assert.equal(isNonce('0123456789abcdef0123456789abcdef'), true)
    for (const text of [null, '', '0123', '0123456789ABCDEF0123456789ABCDEF', `${'0'.repeat(32)}\n`]) {
      assert.equal(isNonce(text), false)
    }
  })
})
