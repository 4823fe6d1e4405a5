import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createDeletions, type Deletion } from './deletions.ts'
import { newRunId } from './tree/test-elements.ts'

const deletion = (number: number): Deletion => ({
  connectionId: 'folder0',
  what: `run ${number}`,
  of: { runIds: [newRunId(number)] },
})

describe('deletions', () => {
  it('are undone newest first, each once, and the count is told', () => {
    const counts: number[] = []
    const deletions = createDeletions((count) => counts.push(count))
    deletions.add(deletion(1))
    deletions.add(deletion(2))
    assert.equal(deletions.take()?.what, 'run 2')
    assert.equal(deletions.take()?.what, 'run 1')
    assert.equal(deletions.take(), undefined)
    assert.deepEqual(counts, [1, 2, 1, 0])
  })

  it('can be undone out of order by the message that offers it, but not twice', () => {
    const deletions = createDeletions(() => {})
    const [first, second] = [deletion(1), deletion(2)]
    deletions.add(first)
    deletions.add(second)
    assert.equal(deletions.take(first), first)
    assert.equal(deletions.take(first), undefined)
    assert.equal(deletions.take(), second)
  })
})
