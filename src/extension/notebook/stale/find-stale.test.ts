import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { findStale } from './find-stale.ts'

/** Cells by their keys in the order they ran, and what became of the code of some of them since. */
function stale(ran: Readonly<Record<string, string>>, now: Readonly<Record<string, string>> = {}) {
  const cells = Object.entries(ran).map(([key, code]) => ({ key, code, language: 'python' }))
  return Object.fromEntries(findStale(cells, new Map(Object.entries({ ...ran, ...now }))))
}

describe('cells that are stale', () => {
  it('are none where each ran after what it takes', () => {
    assert.deepEqual(stale({ a: 'x = 1', b: 'y = x', c: 'print(y)' }), {})
  })

  it('are those whose code has changed, and all that take from them', () => {
    assert.deepEqual(stale({ a: 'x = 1', b: 'y = x', c: 'print(y)', d: 'print(z)' }, { a: 'x = 2' }), {
      a: { kind: 'edited' },
      b: { kind: 'source', name: 'x', key: 'a' },
      c: { kind: 'source', name: 'y', key: 'b' },
    })
  })

  it('are those whose input was set again since by another cell', () => {
    assert.deepEqual(stale({ b: 'y = x', a: 'x = 1' }), { b: { kind: 'set', name: 'x', key: 'a' } })
  })

  it('are not those that set themselves what another one sets again', () => {
    assert.deepEqual(stale({ a: 'for i in range(3): print(i)', b: 'for i in range(4): print(i)' }), {})
  })

  it('are not those whose modules were imported again', () => {
    assert.deepEqual(stale({ b: 'np.zeros(3)', a: 'import numpy as np' }), {})
  })

  it('are known of a cell whose source was removed from the notebook only by what was set again', () => {
    const ran = [
      { key: 'gone', code: 'x = 1', language: 'python' },
      { key: 'b', code: 'print(x)', language: 'python' },
    ]
    assert.deepEqual(findStale(ran, new Map([['b', 'print(x)']])), new Map())
  })

  it('are those that were edited, whatever their language', () => {
    const ran = [{ key: 'a', code: 'x <- 1', language: 'r' }]
    assert.deepEqual(findStale(ran, new Map([['a', 'x <- 2']])), new Map([['a', { kind: 'edited' }]]))
  })
})
