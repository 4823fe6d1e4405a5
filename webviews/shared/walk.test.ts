import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createPaths } from './walk.ts'

const lines = ['a', 'b', 'c'].flatMap((data) => [
  { from: data, to: 'run' },
  { from: 'run', to: `${data}2` },
])
const layers = [['a', 'b', 'c'], ['run'], ['a2', 'b2', 'c2']]
/** The node in the middle layer is beside the second of the others. */
const at = (key: string) => (key === 'run' ? 1 : 'abc'.indexOf(key[0] ?? ''))
const open = () => createPaths({ layers, at }, lines)

describe('a walk through a graph in layers', () => {
  it('goes along edges both ways, at first to the nearest', () => {
    const paths = open()
    assert.equal(paths.along('run', -1), 'b')
    assert.equal(paths.along('run', 1), 'b2')
    assert.equal(paths.along('a', -1), undefined)
    assert.equal(paths.along('a2', 1), undefined)
  })

  it('goes back to where it came from', () => {
    const paths = open()
    for (const from of ['a', 'b', 'c']) {
      assert.equal(paths.along(from, 1), 'run')
      assert.equal(paths.along('run', -1), from)
    }
  })

  it('goes on and back within a layer, and no further than its ends', () => {
    const paths = open()
    assert.deepEqual([paths.within('a', 1), paths.within('b', 1), paths.within('c', -1)], ['b', 'c', 'b'])
    assert.deepEqual([paths.within('a', -1), paths.within('c', 1)], [undefined, undefined])
  })
})
