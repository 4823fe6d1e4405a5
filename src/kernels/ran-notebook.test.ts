import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { CellOutput } from '../protocol/cell-outputs.ts'
import { type ExecutionId, parseExecutionId, parseKernelId, type RecordBody } from '../protocol/kernels.ts'
import { formatNotebook, parseNotebook, sourceOf } from '../protocol/notebook-file.ts'
import { createRanNotebook, type NotebookLimits } from './ran-notebook.ts'

const id = (digit: string): ExecutionId => parseExecutionId(digit.repeat(32)) ?? assert.fail()
const print = (text: string): CellOutput => ({ kind: 'stream', name: 'stdout', text })

/** A cell as the journal has it. */
function ran(executionId: ExecutionId, code: string, outputs: readonly CellOutput[], cell = 'a'): RecordBody[] {
  return [
    { kind: 'queued', executionId, cell, code },
    { kind: 'started', executionId },
    ...outputs.map((output): RecordBody => ({ kind: 'output', executionId, output })),
    { kind: 'ended', executionId, status: 'ok', executionCount: 1 },
  ]
}

function read(last: ExecutionId, records: readonly RecordBody[], limits?: NotebookLimits) {
  const notebook = createRanNotebook(last, limits)
  const ended = records.map((body, index) => notebook.take({ ...body, seq: index + 1, at: 1000 * index }))
  const environment = {
    environmentId: 'venv:/x',
    kind: 'venv',
    name: '.venv',
    language: 'python',
    version: '3.11.2',
    interpreter: '/x',
    hasKernel: true,
    isOfWorkspace: true,
  } as const
  const kernelId = parseKernelId('f'.repeat(32)) ?? assert.fail()
  const text = formatNotebook(notebook.read(last, { kernelId, environment, workingDirectory: '/w' }))
  return { ended, text, ...parseNotebook(text, 'notebook.ipynb') }
}

it('what was run is in the order it was, however often, until the cell that was asked for has ended', () => {
  const records = [...ran(id('1'), 'a = 1', []), ...ran(id('2'), 'print(a)', [print('1\n')]), ...ran(id('1'), 'x', [])]
  const { cells, ended, metadata } = read(id('2'), records.slice(0, 7))
  assert.deepEqual(cells.map(sourceOf), ['a = 1', 'print(a)'])
  assert.deepEqual(cells[1]?.outputs, [{ output_type: 'stream', name: 'stdout', text: ['1\n'] }])
  assert.deepEqual(ended.indexOf(id('2')), 6)
  assert.deepEqual(metadata['language_info'], { name: 'python', version: '3.11.2' })
})

it('nothing of an earlier start of the kernel, of what an editor asks, and of what did not begin, is in it', () => {
  const { cells } = read(id('3'), [
    ...ran(id('1'), 'gone = 1', []),
    { kind: 'kernel', status: 'restarting' },
    ...ran(id('2'), 'variables()', [], ''),
    { kind: 'queued', executionId: id('4'), cell: 'b', code: 'aborted' },
    { kind: 'ended', executionId: id('4'), status: 'aborted' },
    ...ran(id('3'), 'here', [], ''),
  ])
  assert.deepEqual(cells.map(sourceOf), ['here'])
})

it('a display that is updated later shows what it showed last', () => {
  const display: CellOutput = { kind: 'display', data: { 'text/plain': 'RUNNING' }, metadata: {}, displayId: 'd' }
  const update: CellOutput = { kind: 'update', data: { 'text/plain': 'FINISHED' }, metadata: {}, displayId: 'd' }
  const { cells } = read(id('2'), [...ran(id('1'), 'a', [display]), ...ran(id('2'), 'b', [update])])
  assert.match(JSON.stringify(cells[0]?.outputs), /FINISHED/)
})

it('its size is bounded: much output is cut and said so, and the cells that ran last are kept', () => {
  const much = ran(id('1'), 'much', [print('x'.repeat(500)), print('y'.repeat(600)), print('z')])
  const { cells } = read(id('1'), much, { cell: 1000, all: 10_000 })
  assert.match(JSON.stringify(cells[0]?.outputs), /x{500}.*was not kept/)
  assert.doesNotMatch(JSON.stringify(cells[0]?.outputs), /yy|"z/)
  const many = ['1', '2', '3', '4', '5', '6'].flatMap((digit) =>
    ran(id(digit), `cell ${digit}`, [print('x'.repeat(500))]),
  )
  const bounded = read(id('6'), many, { cell: 1000, all: 2000 })
  assert.deepEqual(bounded.cells.map(sourceOf).at(-1), 'cell 6')
  assert.ok(bounded.text.length < 5000, `${bounded.text.length}`)
})
