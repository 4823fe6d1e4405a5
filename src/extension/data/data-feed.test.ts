import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { DataStatus } from '../../protocol/data-status.ts'
import { createDataFeed } from './data-feed.ts'
import { newOut } from './test-out.ts'

function openFeed(roots: string[]) {
  const statuses = new Map<string, DataStatus | Error>(roots.map((root) => [root, { root, outs: [newOut('data')] }]))
  let reads = 0
  let changes = 0
  const feed = createDataFeed({
    listRoots: async () => [...statuses.keys()],
    async readStatus(root) {
      reads++
      const status = statuses.get(root)
      if (status === undefined || status instanceof Error) throw status ?? new Error('gone')
      return status
    },
    changed: () => void changes++,
    failed: () => undefined,
  })
  return { feed, statuses, reads: () => reads, changes: () => changes }
}

describe('the feed of data', () => {
  it('knows nothing until it has looked, and then how each repository stands', async () => {
    const { feed } = openFeed(['/a', '/b'])
    assert.equal(feed.list(), undefined)
    await feed.reload()
    assert.deepEqual(
      feed.list()?.map(({ root, status }) => [root, status?.outs.length]),
      [
        ['/a', 1],
        ['/b', 1],
      ],
    )
  })

  it('tells when there is no repository', async () => {
    const { feed, changes } = openFeed([])
    await feed.reload()
    assert.deepEqual([feed.list(), changes()], [[], 1])
  })

  it('reads once for many changes at a time', async () => {
    const { feed, reads } = openFeed(['/a'])
    await feed.reload()
    await Promise.all(Array.from({ length: 20 }, () => feed.refresh('/a')))
    assert.equal(reads(), 3)
  })

  it('keeps what it knew when the status cannot be read, with the reason', async () => {
    const { feed, statuses } = openFeed(['/a'])
    await feed.reload()
    statuses.set('/a', new Error('broken'))
    await feed.refresh('/a')
    const [state] = feed.list() ?? []
    assert.equal(state?.status?.outs.length, 1)
    assert.equal(String(state.error), 'Error: broken')
  })

  it('remembers what a remote lacks of a version, and forgets it with the version', async () => {
    const { feed, statuses } = openFeed(['/a'])
    await feed.reload()
    feed.setStatus('/a', { root: '/a', outs: [newOut('data', { notInRemote: 3 })] })
    await feed.refresh('/a')
    assert.equal(feed.list()?.[0]?.status?.outs[0]?.notInRemote, 3)
    statuses.set('/a', { root: '/a', outs: [newOut('data', { hash: 'b'.repeat(32) })] })
    await feed.refresh('/a')
    assert.equal(feed.list()?.[0]?.status?.outs[0]?.notInRemote, undefined)
  })

  it('leaves out a repository that is gone', async () => {
    const { feed, statuses } = openFeed(['/a', '/b'])
    await feed.reload()
    statuses.delete('/a')
    await feed.reload()
    assert.deepEqual(
      feed.list()?.map(({ root }) => root),
      ['/b'],
    )
  })
})
