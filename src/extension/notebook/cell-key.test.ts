import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { findCell, type KeyedCell, toCellKey, toNotebookKey } from './cell-key.ts'

const notebook = toNotebookKey('file:///work/a.ipynb')

function newCell(index: number, code: string, id?: string): KeyedCell {
  return { index, metadata: id === undefined ? {} : { id }, document: { getText: () => code } }
}

describe('the cell of an execution', () => {
  it('is found by its id, wherever it has been moved to and whatever is written in it since', () => {
    const key = toCellKey(notebook, newCell(0, 'a = 1', 'first'))
    const cells = [newCell(0, 'b', 'second'), newCell(1, 'a = 2', 'first')]
    assert.equal(findCell(cells, notebook, key, 'a = 1'), cells[1])
  })

  it('is, in a notebook without ids, the one at its place with its code, else another with its code', () => {
    const key = toCellKey(notebook, newCell(0, 'a = 1'))
    const unmoved = [newCell(0, 'a = 1'), newCell(1, 'a = 1')]
    assert.equal(findCell(unmoved, notebook, key, 'a = 1'), unmoved[0])
    const moved = [newCell(0, 'new'), newCell(1, 'a = 1')]
    assert.equal(findCell(moved, notebook, key, 'a = 1'), moved[1])
  })

  it('is none when it was removed', () => {
    const key = toCellKey(notebook, newCell(0, 'a = 1', 'first'))
    assert.equal(findCell([newCell(0, 'a = 1', 'second')], notebook, key, 'a = 1'), undefined)
    assert.equal(findCell([newCell(0, 'b')], notebook, toCellKey(notebook, newCell(0, 'a')), 'a'), undefined)
  })

  it('is called by a word that no other notebook has, and that the engine takes', () => {
    const other = toNotebookKey('file:///work/b.ipynb')
    const cell = newCell(3, 'x', 'same')
    assert.notEqual(toCellKey(notebook, cell), toCellKey(other, cell))
    assert.ok(toCellKey(notebook, newCell(3, 'x', 'i'.repeat(5000))).length <= 200)
  })
})
