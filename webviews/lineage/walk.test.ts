import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { layOut } from './layout.ts'
import { createPaths } from './walk.ts'

const lines = ['a', 'b', 'c'].flatMap((data) => [
  { from: data, to: 'run' },
  { from: 'run', to: `${data}2` },
])
const open = () => {
  const layout = layOut(['run', 'a', 'b', 'c', 'a2', 'b2', 'c2'], lines)
  return { layout, paths: createPaths(layout, lines) }
}

describe('a walk through a lineage', () => {
  it('goes along edges both ways, at first to the nearest', () => {
    const { layout, paths } = open()
    assert.equal(paths.along('run', -1), layout.columns[0]?.[1])
    assert.equal(paths.along('run', 1), layout.columns[2]?.[1])
    assert.equal(paths.along('a', -1), undefined)
    assert.equal(paths.along('a2', 1), undefined)
  })

  it('goes back to where it came from', () => {
    const { paths } = open()
    for (const from of ['a', 'b', 'c']) {
      assert.equal(paths.along(from, 1), 'run')
      assert.equal(paths.along('run', -1), from)
    }
  })

  it('goes up and down within a column, and no further than its ends', () => {
    const { layout, paths } = open()
    const [top = '', middle = '', bottom = ''] = layout.columns[0] ?? []
    assert.deepEqual(
      [paths.within(top, 1), paths.within(middle, 1), paths.within(bottom, -1)],
      [middle, bottom, middle],
    )
    assert.deepEqual([paths.within(top, -1), paths.within(bottom, 1)], [undefined, undefined])
  })
})
