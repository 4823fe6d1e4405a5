import assert from 'node:assert/strict'
import { it } from 'node:test'
import { type CellPlace, moveByKey } from './grid-keys.ts'

const extent = { rowCount: 100, columnCount: 10, pageRows: 20, isRightToLeft: false }

function press(keys: string, from: CellPlace, isRightToLeft = false): CellPlace | undefined {
  const [key = '', ...modifiers] = keys.split('+').toReversed()
  const has = (name: string) => modifiers.includes(name)
  const event = { key, ctrlKey: has('Ctrl'), metaKey: has('Meta'), shiftKey: has('Shift'), altKey: has('Alt') }
  return moveByKey(event, from, { ...extent, isRightToLeft })
}

const moves: [keys: string, from: [number, number], to: [number, number]][] = [
  ['ArrowDown', [0, 0], [1, 0]],
  ['ArrowUp', [0, 3], [-1, 3]],
  ['ArrowUp', [-1, 3], [-1, 3]],
  ['ArrowRight', [0, 9], [0, 9]],
  ['Home', [5, 5], [5, 0]],
  ['End', [5, 5], [5, 9]],
  ['Ctrl+Home', [5, 5], [0, 0]],
  ['Meta+End', [5, 5], [99, 9]],
  ['PageDown', [90, 1], [99, 1]],
  ['PageUp', [5, 1], [0, 1]],
]

it('moves through cells as the ARIA practices for grids say', () => {
  for (const [keys, [row, column], [toRow, toColumn]] of moves) {
    assert.deepEqual(press(keys, { row, column }), { row: toRow, column: toColumn }, keys)
  }
})

it('turns left and right round in writing from right to left', () => {
  assert.deepEqual(press('ArrowLeft', { row: 0, column: 0 }, true), { row: 0, column: 1 })
})

it('leaves keys with other meanings alone', () => {
  for (const keys of ['Alt+ArrowRight', 'Ctrl+Shift+ArrowRight', 'a', 'Enter']) {
    assert.equal(press(keys, { row: 0, column: 0 }), undefined, keys)
  }
})
