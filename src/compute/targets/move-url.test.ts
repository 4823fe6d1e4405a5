import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { moveUrl } from './move-url.ts'

describe('an address of the tracking server', () => {
  it('gets the port that it has on the other machine, by whatever name its loopback went', () => {
    for (const host of ['127.0.0.1', 'localhost', '[::1]']) {
      assert.equal(moveUrl(`http://${host}:5000/a/b`, 5000, 23_456), 'http://127.0.0.1:23456/a/b')
    }
    assert.equal(moveUrl('https://localhost:5000', 5000, 1), 'https://127.0.0.1:1')
  })

  it('stays as it is when it is another server, or no address at all', () => {
    const others = [
      'http://localhost:5001',
      'http://example.org:5000',
      'http://localhost',
      'x http://localhost:5000',
      '',
    ]
    for (const text of others) assert.equal(moveUrl(text, 5000, 1), text)
  })
})
