import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createLogSearch, findText, type SearchedLog } from './log-search.ts'

/** A log whose lines a test adds to; the last one has not ended. */
function openSearch(lines: string[]) {
  const source: SearchedLog = {
    get lineCount() {
      return lines.length
    },
    get endedCount() {
      return lines.length - 1
    },
    texts: async (from, to) => lines.slice(from, to),
  }
  const told = { moves: 0, next: Promise.withResolvers<void>() }
  const search = createLogSearch(source, (isMoved) => {
    if (isMoved) told.moves += 1
    told.next.resolve()
    told.next = Promise.withResolvers<void>()
  })
  return {
    search,
    told,
    async done() {
      while (!search.isDone) await told.next.promise
    },
  }
}

const escape = String.fromCodePoint(27)

describe('the search in a log', () => {
  it('finds a text in any case and through colours, and shows the first place from where one looks', async () => {
    const lines = ['Loss loss', 'none', `a lo${escape}[31mss`, 'end']
    const { search, done } = openSearch(lines)
    search.look('LOSS', 1)
    await done()
    assert.deepEqual([search.count, search.current], [3, 2])
    assert.deepEqual(search.match(1), { line: 0, place: 1 })
    assert.deepEqual(search.match(2), { line: 2, place: 0 })
  })

  it('goes round at both ends', async () => {
    const { search, told, done } = openSearch(['a', 'a', 'end'])
    search.look('a', 0)
    await done()
    const places = [search.current]
    for (const by of [1, 1, -1] as const) {
      search.step(by)
      places.push(search.current)
    }
    assert.deepEqual([places, told.moves], [[0, 1, 0, 1], 4])
  })

  it('goes on as the log grows, the line that had not ended included', async () => {
    const lines = ['hit', 'hi']
    const { search, done } = openSearch(lines)
    search.look('hit', 0)
    await done()
    assert.equal(search.count, 1)
    lines[1] = 'hit hit'
    lines.push('hit', '')
    search.grown()
    await done()
    assert.equal(search.count, 4)
  })

  it('drops what was found of another text', async () => {
    const { search, done } = openSearch(['a', 'b', ''])
    search.look('a', 0)
    search.look('b', 0)
    await done()
    assert.deepEqual([search.count, search.match(0)], [1, { line: 1, place: 0 }])
    search.look('', 0)
    assert.deepEqual([search.count, search.current, search.isDone], [0, undefined, true])
  })
})

it('a text is found wherever it begins anew', () => {
  assert.deepEqual(findText('aAaa', 'aa'), [0, 2])
  assert.deepEqual(findText('abc', ''), [])
})
