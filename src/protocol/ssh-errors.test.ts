import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { explainSshFailure } from './ssh-errors.ts'

describe('the end of an ssh client', () => {
  it('is explained by what it says, temporary unless a person has to act', () => {
    const cases: [said: string, code: string, message: string][] = [
      ['Host key verification failed.', 'INVALID_STATE', 'The host key of far is not known.'],
      ['root@far: Permission denied (publickey).', 'INVALID_STATE', 'far does not let this user in.'],
      [
        "Can't open user config file /x: No such file or directory",
        'INVALID_STATE',
        "ssh cannot read the user's settings.",
      ],
      ['ssh: connect to host far port 22: No route to host', 'TEMPORARILY_UNAVAILABLE', 'far cannot be reached.'],
      [
        'Error: remote port forwarding failed for listen port 20001',
        'TEMPORARILY_UNAVAILABLE',
        'far does not forward a port to this machine.',
      ],
      [
        'client_loop: send disconnect: Broken pipe',
        'TEMPORARILY_UNAVAILABLE',
        'The connection to far broke: client_loop: send disconnect: Broken pipe',
      ],
      ['', 'TEMPORARILY_UNAVAILABLE', 'The connection to far broke.'],
    ]
    for (const [said, code, message] of cases) {
      const error = explainSshFailure('far', said)
      assert.deepEqual([error.code, error.message], [code, message])
    }
  })

  it('tells a changed host key from an unknown one, for both end in the same words', () => {
    const said = '@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\nHost key verification failed.'
    assert.match(explainSshFailure('far', said).message, /another host key/)
  })
})
