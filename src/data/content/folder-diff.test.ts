import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { diffFolderFiles, type FolderFile } from './folder-diff.ts'

const file = (path: string, hash: string, sizeBytes = 10): FolderFile => ({ path, hash, sizeBytes })
const names = (list: { readonly files: readonly { readonly path: string }[] }) => list.files.map(({ path }) => path)

describe('two versions of a folder', () => {
  const before = [file('b', '1'), file('a', '2', 5), file('same', '3'), file('gone', '4', 7), file('old/name', '5')]
  const after = [file('new/name', '5'), file('a', '6', 8), file('same', '3'), file('come', '7', 3), file('b', '1')]

  it('differ by what was added, removed, renamed and changed, with counts and sizes', () => {
    const { diff, changed } = diffFolderFiles(before, after)
    assert.deepEqual(diff.added, { count: 1, sizeBytes: 3, files: [{ path: 'come', newSizeBytes: 3 }] })
    assert.deepEqual(diff.removed, { count: 1, sizeBytes: 7, files: [{ path: 'gone', oldSizeBytes: 7 }] })
    assert.deepEqual(diff.renamed.files, [
      { path: 'new/name', oldPath: 'old/name', oldSizeBytes: 10, newSizeBytes: 10 },
    ])
    assert.deepEqual(diff.changed, {
      count: 1,
      sizeBytes: 8,
      files: [{ path: 'a', oldSizeBytes: 5, newSizeBytes: 8 }],
    })
    assert.deepEqual([diff.state, diff.equalCount], ['changed', 2])
    assert.deepEqual(diff.old, { fileCount: 5, sizeBytes: 42 })
    assert.deepEqual(
      changed.map(([old, now]) => [old.hash, now.hash]),
      [['2', '6']],
    )
  })

  it('are paired one to one where several files have one content', () => {
    const { diff } = diffFolderFiles([file('a', '1'), file('b', '1')], [file('c', '1'), file('d', '1'), file('e', '1')])
    assert.deepEqual(
      diff.renamed.files.map(({ path, oldPath }) => [oldPath, path]),
      [
        ['a', 'c'],
        ['b', 'd'],
      ],
    )
    assert.deepEqual(names(diff.added), ['e'])
    assert.equal(diff.removed.count, 0)
  })

  it('are counted by class where they hold images, sounds or texts', () => {
    const { diff } = diffFolderFiles(
      [file('cat/1.png', '1'), file('dog/1.png', '2'), file('labels.csv', '3'), file('__proto__/1.wav', '4')],
      [file('cat/1.png', '1'), file('cat/2.JPG', '5'), file('cat/notes.parquet', '6'), file('top.png', '7')],
    )
    assert.deepEqual(diff.classes, [
      { name: '__proto__', oldCount: 1, newCount: 0 },
      { name: 'cat', oldCount: 1, newCount: 2 },
      { name: 'dog', oldCount: 1, newCount: 0 },
    ])
  })

  it('are equal, all new, or all gone', () => {
    assert.equal(diffFolderFiles(before, before.toReversed()).diff.state, 'equal')
    assert.equal(diffFolderFiles([], after).diff.state, 'added')
    assert.equal(diffFolderFiles(before, []).diff.state, 'removed')
  })

  it('are counted in full where only the first of many files are named', () => {
    const many = Array.from({ length: 1500 }, (_, index) => file(`f${String(index).padStart(4, '0')}`, `${index}`))
    const { diff } = diffFolderFiles([], many)
    assert.deepEqual([diff.added.count, diff.added.files.length], [1500, 1000])
    assert.deepEqual(diff.notes, ['added: the first 1000 of 1500 are listed.'])
  })
})
