import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { CellOutput } from './cell-outputs.ts'
import { createShownOutputs } from './shown-outputs.ts'

const print = (text: string): CellOutput => ({ kind: 'stream', name: 'stdout', text })
const display = (text: string, displayId: string): CellOutput => ({
  kind: 'display',
  data: { 'text/plain': text },
  metadata: {},
  displayId,
})
const update = (text: string, displayId: string): CellOutput => ({
  kind: 'update',
  data: { 'text/plain': text },
  metadata: {},
  displayId,
})

function show(...outputs: readonly CellOutput[]): readonly CellOutput[] {
  const shown = createShownOutputs()
  for (const output of outputs) shown.add('cell', output)
  return shown.of('cell')
}

it('texts of one stream are one output', () => {
  assert.deepEqual(show(print('a'), print('b')), [print('ab')])
})

it('what is cleared is gone at once, or when the next output comes', () => {
  assert.deepEqual(show(print('a'), { kind: 'clear', waits: false }), [])
  assert.deepEqual(show(print('a'), { kind: 'clear', waits: true }), [print('a')])
  assert.deepEqual(show(print('a'), { kind: 'clear', waits: true }, print('b'), print('c')), [print('bc')])
})

it('an update changes every display of its id, in whichever cell, and is none itself', () => {
  const shown = createShownOutputs()
  shown.add('one', display('old', 'd'))
  shown.add('two', display('other', 'e'))
  shown.add('two', display('old', 'd'))
  assert.deepEqual(shown.add('three', update('new', 'd')), ['one', 'two'])
  assert.deepEqual(shown.of('one'), [display('new', 'd')])
  assert.deepEqual(shown.of('two'), [display('other', 'e'), display('new', 'd')])
  assert.deepEqual(shown.of('three'), [])
})

it('a cell that is run anew begins with nothing', () => {
  const shown = createShownOutputs()
  shown.add('one', print('a'))
  shown.clear('one')
  shown.add('one', print('b'))
  assert.deepEqual(shown.of('one'), [print('b')])
})
