import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { chooseData, chooseTracked } from './choose-data.ts'
import type { RepositoryState } from './data-feed.ts'
import { newOut } from './test-out.ts'

const repository = (root: string): RepositoryState => ({
  root,
  status: { root, outs: [newOut('data')] },
  error: undefined,
})
const uri = (fsPath: string) => ({ scheme: 'file', fsPath })
const row = (root: string, path: string) => ({ kind: 'data-out', id: path, root, out: newOut(path) })

/** As much of the context as is asked; the user picks the first entry of a list. */
function chooser(...roots: string[]): Parameters<typeof chooseData>[0] {
  const shown = {
    window: { showQuickPick: async (entries: readonly unknown[]) => entries[0], activeTextEditor: undefined },
  }
  // SAFETY: nothing else of them is reached here.
  return { data: { repositories: () => roots.map(repository) }, vscode: shown } as unknown as Parameters<
    typeof chooseData
  >[0]
}

describe('what a data command is for', () => {
  const choose = (args: readonly unknown[], ...roots: string[]) => chooseData(chooser(...roots), args, 'title')

  it('is the files that were selected in the explorer, in the innermost repository', async () => {
    const files = [uri('/r/sub/a'), uri('/r/sub/b')]
    assert.deepEqual(await choose([files[0], files], '/r', '/r/sub'), {
      root: '/r/sub',
      paths: ['/r/sub/a', '/r/sub/b'],
    })
  })

  it('is the data that a .dvc file stands for', async () => {
    assert.deepEqual(await choose([uri('/r/data.dvc')], '/r'), { root: '/r', paths: ['/r/data'] })
  })

  it('is rows of the view, and changes in source control', async () => {
    assert.deepEqual(await choose([row('/r', 'data'), undefined], '/r'), { root: '/r', paths: ['/r/data'] })
    assert.deepEqual(await choose([{ resourceUri: uri('/r/data') }], '/r'), { root: '/r', paths: ['/r/data'] })
  })

  it('is all of a repository from its row, and from the palette', async () => {
    const element = { kind: 'data-repository', id: '/r', root: '/r', label: 'r', outs: [] }
    assert.deepEqual(await choose([element], '/r'), { root: '/r', paths: [] })
    assert.deepEqual(await choose([], '/r'), { root: '/r', paths: [] })
  })

  it('is nothing outside of a repository', async () => {
    assert.equal(await choose([uri('/elsewhere')], '/r'), undefined)
  })

  it('is picked from all that is tracked where one thing is needed', async () => {
    const picked = await chooseTracked(chooser('/r'), [], 'title')
    assert.equal(picked?.path, '/r/data')
  })
})
