import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { RunId } from '../../../src/protocol/ids.ts'
import { changeChoice, maxChosen } from './choice.ts'

// SAFETY: the tests only need texts that are told apart.
const ids = (...names: string[]) => names as RunId[]

it('keeps the order of choice, whatever is added or taken out', () => {
  assert.deepEqual(changeChoice(ids('b', 'a'), ids('c', 'a'), true), ids('b', 'a', 'c'))
  assert.deepEqual(changeChoice(ids('b', 'a', 'c'), ids('a'), false), ids('b', 'c'))
})

it('chooses as many runs as can be told apart', () => {
  const many = ids(...Array.from({ length: 600 }, (_, index) => String(index)))
  assert.equal(changeChoice([], many, true).length, maxChosen)
})
