import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import type { RepositoryState } from './data-feed.ts'
import { presentData } from './data-presentation.ts'
import { groupConflicts } from './decide-conflict.ts'
import { isDecidable } from './element.ts'
import { listConflicts, listFolder, listRoots, listTrackedFolder } from './list-rows.ts'
import { names, newOut } from './test-out.ts'

const state = (root: string, ...outs: ReturnType<typeof newOut>[]): RepositoryState => ({
  root,
  status: { root, outs },
  error: undefined,
})

describe('the rows of data', () => {
  it('are what is tracked in one repository, and repositories where there are several', () => {
    assert.deepEqual(
      listRoots([state('/r', newOut('a'), newOut('b'))]).map(({ kind }) => kind),
      ['data-out', 'data-out'],
    )
    const several = listRoots([state('/r/one', newOut('a', { state: 'changed' })), state('/r/two')])
    assert.deepEqual(
      several.map((row) => presentData(row).spoken),
      ['Data of one, 1 changed', 'Data of two'],
    )
  })

  it('say how something stands, how large it is, its version, and what the remote lacks', () => {
    const spoken = (out: ReturnType<typeof newOut>) =>
      listRoots([state('/r', out)]).map((row) => presentData(row).spoken)
    const size = { sizeBytes: 2048, fileCount: 3, isFolder: true }
    const [clean] = spoken(newOut('data', { ...size, notInRemote: 0 }))
    assert.equal(clean, 'Data data, clean, 2 KB, 3 files, aaaaaaaa, in the remote')
    const [changed] = spoken(newOut('data', { ...size, state: 'changed', added: names('data/x'), notInRemote: 2 }))
    assert.equal(changed, 'Data data, 1 file changed, 2 KB, 3 files, aaaaaaaa, 2 not in the remote')
    assert.deepEqual(spoken(newOut('m', { state: 'missing', notInCache: names('m') })), [
      'Data m, missing, not in the cache, aaaaaaaa',
    ])
    assert.deepEqual(spoken(newOut('m', { notInCache: names('m') })), ['Data m, not in the cache, aaaaaaaa'])
  })

  it('of a folder are its changes first, then sub-folders and files, with the rest counted', async () => {
    const root = await mkdtemp(join(tmpdir(), 'runwright-rows-'))
    try {
      await mkdir(join(root, 'data/sub'), { recursive: true })
      await writeFile(join(root, 'data/a'), '')
      const added = { count: 1000, paths: Array.from({ length: 250 }, (_, index) => `data/${index}`) }
      const rows = await listTrackedFolder(root, newOut('data', { state: 'changed', isFolder: true, added }))
      assert.equal(rows.filter(({ kind }) => kind === 'data-change').length, 200)
      assert.deepEqual(
        rows.slice(200).map((row) => presentData(row).label),
        ['800 more', 'sub', 'a'],
      )
      assert.deepEqual(await listFolder(root, 'data/none'), [])
    } finally {
      await rm(root, { recursive: true })
    }
  })

  it('of a conflict say what each side has, and what was decided; and are decided together', () => {
    const out = newOut('data', { state: 'conflict' })
    const conflicts = [
      { path: 'a.csv', ours: 'a'.repeat(32), theirs: 'b'.repeat(32), oursBytes: 10, theirsBytes: 2048 },
      { path: 'b', ours: 'a'.repeat(32) },
      { path: 'c', theirs: 'a'.repeat(32) },
    ]
    const rows = listConflicts('/r', out, {
      pointer: 'data.dvc',
      conflicts,
      decided: [{ path: 'd', side: 'file' }],
      isDone: false,
    })
    assert.deepEqual(
      rows.map((row) => presentData(row).spoken),
      [
        'File a.csv, changed in both, ours 10 B, theirs 2 KB',
        'File b, deleted in theirs',
        'File c, deleted or not here in ours',
        'File d, decided: the merged file',
      ],
    )
    const files = rows.filter(isDecidable)
    assert.deepEqual(groupConflicts(files.slice(0, 2)), [{ root: '/r', out: 'data', files: ['a.csv', 'b'] }])
    const [whole] = listRoots([state('/r', out)]).filter(isDecidable)
    assert.ok(whole !== undefined)
    assert.deepEqual(groupConflicts([whole, ...files]), [{ root: '/r', out: 'data', files: [] }])
  })
})
