import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { withoutCredentials } from './remote-url.ts'

describe('the address of a remote', () => {
  it('keeps the user of ssh, who is no secret, and nothing else', () => {
    assert.equal(withoutCredentials('git@example.org:team/code.git'), 'git@example.org:team/code.git')
    assert.equal(withoutCredentials('ssh://git:pw@example.org/code.git'), 'ssh://git@example.org/code.git')
    assert.equal(withoutCredentials('https://ghp_token@example.org/code.git'), 'https://example.org/code.git')
  })
})
