import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { findVisibleColumns, findVisibleRows, layOutColumns, scrollToShow } from './column-layout.ts'

const columns = [{ width: 200, pinned: true }, ...Array.from({ length: 200 }, () => ({ width: 100, pinned: false }))]

describe('where columns lie', () => {
  const layout = layOutColumns(columns)
  it('finds the scrolled columns in sight, partly seen ones included', () => {
    assert.deepEqual(findVisibleColumns(layout, 0, 600), { from: 1, to: 7 })
    assert.deepEqual(findVisibleColumns(layout, 50, 600), { from: 1, to: 8 })
    assert.deepEqual(findVisibleColumns(layout, 19_600, 600), { from: 197, to: 201 })
  })
  it('finds none where all are pinned, or there are none', () => {
    assert.deepEqual(findVisibleColumns(layOutColumns([{ width: 10, pinned: true }]), 0, 600), { from: 1, to: 1 })
    assert.deepEqual(findVisibleColumns(layOutColumns([]), 0, 600), { from: 0, to: 0 })
  })
})

it('finds the rows in sight and one on either side, within what there is', () => {
  assert.deepEqual(findVisibleRows(10_000, 24, 0, 240), { from: 0, to: 11 })
  assert.deepEqual(findVisibleRows(10_000, 24, 2400, 240), { from: 99, to: 111 })
  assert.deepEqual(findVisibleRows(3, 24, 2400, 240), { from: 3, to: 3 })
})

it('scrolls only as far as it takes to show a stretch', () => {
  assert.equal(scrollToShow(100, 50, 110, 120), 100)
  assert.equal(scrollToShow(100, 50, 90, 120), 90)
  assert.equal(scrollToShow(100, 50, 140, 160), 110)
})
