import assert from 'node:assert/strict'
import { it } from 'node:test'
import { formatNotebook, languageOf, parseNotebook, sourceOf, toNotebookOutput } from './notebook-file.ts'

const cell = { cell_type: 'code', id: 'a', metadata: { tags: ['x'] }, source: ['a\n', 'b'], outputs: [] }
const notebook = { cells: [cell], metadata: { language_info: { name: 'Python' } }, nbformat: 4, nbformat_minor: 5 }

it('a notebook keeps what nobody here knows', () => {
  const text = formatNotebook(parseNotebook(JSON.stringify(notebook), 'a.ipynb'))
  assert.deepEqual(JSON.parse(text), notebook)
  assert(text.startsWith('{\n "cells": [\n  {\n   "cell_type"'))
})

it('a source is its lines as one text', () => {
  const { cells } = parseNotebook(JSON.stringify(notebook), 'a.ipynb')
  assert.deepEqual(cells.map(sourceOf), ['a\nb'])
})

for (const [metadata, language] of [
  [{ language_info: { name: 'Python' } }, 'python'],
  [{ kernelspec: { language: 'R' }, language_info: { name: 'x' } }, 'r'],
  [{}, 'python'],
] as const) {
  it(`${JSON.stringify(metadata)} is in ${language}`, () => {
    assert.equal(languageOf(parseNotebook(JSON.stringify({ ...notebook, metadata }), 'a')), language)
  })
}

for (const [what, value] of [
  ['text', 'x'],
  ['a list', []],
  ['an older format', { ...notebook, nbformat: 3 }],
  ['a cell without a source', { ...notebook, cells: [{ cell_type: 'code', metadata: {} }] }],
] as const) {
  it(`${what} is refused by the file's name`, () => {
    assert.throws(() => parseNotebook(JSON.stringify(value), 'some.ipynb'), {
      code: 'INVALID_PARAMETER_VALUE',
      message: /some\.ipynb/,
    })
  })
}

it('text of outputs is kept in lines, and bytes as they are', () => {
  assert.deepEqual(toNotebookOutput({ kind: 'stream', name: 'stdout', text: 'a\n\nb' }), {
    output_type: 'stream',
    name: 'stdout',
    text: ['a\n', '\n', 'b'],
  })
  const data = { 'text/html': '<b>\n</b>', 'image/png': 'aGk=\n', 'application/json': { a: 1 } }
  assert.deepEqual(toNotebookOutput({ kind: 'display', data, metadata: {} }), {
    output_type: 'display_data',
    data: { ...data, 'text/html': ['<b>\n', '</b>'] },
    metadata: {},
  })
  assert.equal(toNotebookOutput({ kind: 'input', prompt: '', isPassword: false }), undefined)
})
