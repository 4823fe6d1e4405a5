import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { newOut } from './test-out.ts'
import { findMeaning } from './tracked-paths.ts'

describe('a file that changes', () => {
  const status = { root: '/r', outs: [newOut('data', { isFolder: true }), newOut('model.onnx')] }
  const cases = {
    '/r/data/a/b': 'status',
    '/r/model.onnx': 'status',
    '/r/model.onnx.dvc': 'status',
    '/r/.dvc/config.local': 'status',
    '/r/.dvcignore': 'status',
    '/r/.git/HEAD': 'status',
    '/r/.git/MERGE_HEAD': 'status',
    '/r/.git/index': 'nothing',
    '/r/.dvc': 'repositories',
    '/r/.dvc/cache/files/md5/aa/bb': 'nothing',
    '/r/.dvc/tmp/runwright/index': 'nothing',
    '/r/data2/a': 'nothing',
    '/r/train.py': 'nothing',
    '/r': 'nothing',
    '/elsewhere/data/a': 'nothing',
  }
  it('means status at git’s index while a conflict is shown', () => {
    const open = { root: '/r', outs: [newOut('data', { state: 'conflict' })] }
    assert.equal(findMeaning('/r', open, '/r/.git/index'), 'status')
  })
  for (const [path, meaning] of Object.entries(cases)) {
    it(`means ${meaning} at ${path}`, () => assert.equal(findMeaning('/r', status, path), meaning))
  }
})
