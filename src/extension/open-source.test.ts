import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { listSourcePaths } from './open-source.ts'

describe('the places a run’s source can be', { skip: process.platform === 'win32' }, () => {
  it('are below the folder the command ran in, then below each open folder', () => {
    const paths = ['/w/jobs/train.py', '/w/train.py', '/v/jobs/train.py', '/v/train.py']
    assert.deepEqual(listSourcePaths('train.py', 'jobs', ['/w', '/v']), paths)
  })

  it('are one for an absolute path', () => {
    assert.deepEqual(listSourcePaths('/w/a/../train.py', undefined, ['/w']), ['/w/train.py'])
  })

  it('begin with an absolute folder that the command ran in', () => {
    assert.deepEqual(listSourcePaths('train.py', '/x', ['/w'])[0], '/x/train.py')
  })
})
