import assert from 'node:assert/strict'
import { it } from 'node:test'
import { cutLine } from './cut-line.ts'

it('a line is cut where its looks, its places and its matches begin and end', () => {
  const red = { foreground: 1 }
  const place = { from: 2, to: 6, path: 'a.py', line: 1 }
  const pieces = cutLine(
    [
      { text: 'abcd', style: {} },
      { text: 'efgh', style: red },
    ],
    [place],
    [3, 6],
    2,
  )
  assert.deepEqual(pieces, [
    { text: 'ab', style: {} },
    { text: 'c', style: {}, place },
    { text: 'd', style: {}, place, match: 0 },
    { text: 'e', style: red, place, match: 0 },
    { text: 'f', style: red, place },
    { text: 'gh', style: red, match: 1 },
  ])
})
