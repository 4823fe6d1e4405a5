import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { array, assert as assertProperty, constantFrom, property } from 'fast-check'
import { findLineEdits } from './line-edits.ts'

/** Length of the longest common subsequence, by the table of all pairs. */
function countCommon(a: readonly string[], b: readonly string[]): number {
  const row = Array.from({ length: b.length + 1 }, () => 0)
  for (const each of a) {
    let diagonal = 0
    for (const [index, other] of b.entries()) {
      const above = row[index + 1] ?? 0
      row[index + 1] = each === other ? diagonal + 1 : Math.max(above, row[index] ?? 0)
      diagonal = above
    }
  }
  return row[b.length] ?? 0
}

describe('the edits from one list of lines to another', () => {
  const lines = array(constantFrom('a', 'b', 'c', 'd'), { maxLength: 30 })

  it('are the fewest, and lead from one to the other', () => {
    assertProperty(
      property(lines, lines, (before, after) => {
        const edits = findLineEdits(before, after, 100) ?? assert.fail()
        const built = edits.flatMap(({ change, oldAt, newAt, count }) =>
          change === 'added'
            ? after.slice(newAt, newAt + count)
            : change === 'equal'
              ? before.slice(oldAt, oldAt + count)
              : [],
        )
        assert.deepEqual(built, after)
        const changes = edits.reduce((sum, { change, count }) => sum + (change === 'equal' ? 0 : count), 0)
        assert.equal(changes, before.length + after.length - 2 * countCommon(before, after))
      }),
      { numRuns: 2000 },
    )
  })

  it('say where they are', () => {
    assert.deepEqual(findLineEdits(['a', 'b', 'c', 'd'], ['a', 'x', 'd', 'e'], 10), [
      { change: 'equal', oldAt: 0, newAt: 0, count: 1 },
      { change: 'removed', oldAt: 1, newAt: 1, count: 2 },
      { change: 'added', oldAt: 3, newAt: 1, count: 1 },
      { change: 'equal', oldAt: 3, newAt: 2, count: 1 },
      { change: 'added', oldAt: 4, newAt: 3, count: 1 },
    ])
  })

  it('are given up beyond a number of changes', () => {
    assert.equal(findLineEdits(['a', 'b', 'c'], ['d', 'e', 'f'], 5), undefined)
    assert.equal(findLineEdits(['a', 'b', 'c'], ['d', 'e', 'f'], 6)?.length, 2)
  })
})
