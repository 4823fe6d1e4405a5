import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type FolderEntry, walkFolders } from './walk-folders.ts'

const file = (path: string): FolderEntry => ({ path, isDirectory: false })
const folder = (path: string): FolderEntry => ({ path, isDirectory: true })
const tree: Readonly<Record<string, readonly FolderEntry[]>> = {
  '': [folder('a'), file('b.txt'), folder('c')],
  a: [file('a/1.txt'), folder('a/d')],
  'a/d': [file('a/d/2.txt')],
  c: [],
}
const list = async (path: string | undefined) => tree[path ?? ''] ?? []

describe('a walk through folders', () => {
  it('finds the files of every folder', async () => {
    const { files, isCut } = await walkFolders(list, 10)
    assert.deepEqual(
      files.map(({ path }) => path),
      ['b.txt', 'a/1.txt', 'a/d/2.txt'],
    )
    assert.equal(isCut, false)
  })

  it('says that it has stopped only when there is more', async () => {
    assert.deepEqual(await walkFolders(list, 3).then(({ isCut }) => isCut), false)
    const { files, isCut } = await walkFolders(list, 2)
    assert.deepEqual([files.length, isCut], [2, true])
  })
})
