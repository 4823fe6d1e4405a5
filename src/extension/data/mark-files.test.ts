import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { markFiles } from './mark-files.ts'
import { names, newOut } from './test-out.ts'

describe('marks of files', () => {
  const badges = (...outs: ReturnType<typeof newOut>[]) => {
    const marks = markFiles([{ root: '/r', status: { root: '/r', outs }, error: undefined }])
    return Object.fromEntries([...marks].map(([path, { badge }]) => [path, badge]))
  }

  it('are on what changed, and on the files in it', () => {
    const changes = { added: names('data/new'), changed: names('data/other') }
    assert.deepEqual(badges(newOut('data', { state: 'changed', isFolder: true, ...changes }), newOut('clean')), {
      '/r/data/new': 'A',
      '/r/data/other': 'M',
      '/r/data': 'M',
    })
  })

  it('are on the .dvc file of what is missing or in conflict', () => {
    assert.deepEqual(badges(newOut('a', { state: 'missing' }), newOut('b', { state: 'conflict' })), {
      '/r/a.dvc': 'D',
      '/r/b.dvc': 'C',
    })
  })

  it('say what is not in the cache', () => {
    assert.deepEqual(badges(newOut('a', { notInCache: names('a') })), { '/r/a': 'F' })
  })
})
