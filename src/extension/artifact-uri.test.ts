import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseArtifactUri, toArtifactUri } from './artifact-uri.ts'
import { newRunId } from './tree/test-elements.ts'

const runId = newRunId(1)

describe('the address of an artifact', () => {
  for (const path of ['', 'logs/output.log', 'a b/ü%20?#.txt']) {
    it(`comes back from its URI when the path is “${path}”`, () => {
      const address = { connectionId: 'folder12ab', runId, path }
      assert.deepEqual(parseArtifactUri(toArtifactUri(address)), address)
    })
  }

  it('is not read from a URI that names no run', () => {
    assert.equal(parseArtifactUri({ authority: 'folder12ab', path: '/../x' }), undefined)
    assert.equal(parseArtifactUri({ authority: 'folder12ab', path: '/' }), undefined)
  })
})
