import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { NotebookOutput } from '../protocol/notebook-file.ts'
import { compareCell } from './compare-outputs.ts'

function shown(...outputs: readonly NotebookOutput[]) {
  return { execution_count: 1, outputs }
}

function stream(text: string, name = 'stdout'): NotebookOutput {
  return { output_type: 'stream', name, text: [text] }
}

function display(data: object): NotebookOutput {
  return { output_type: 'display_data', data, metadata: {} }
}

function failed(text: string): NotebookOutput {
  return { output_type: 'error', ename: 'E', evalue: 'bad', traceback: [text] }
}

const change = (before: NotebookOutput, after: NotebookOutput) => compareCell(0, shown(before), shown(after)).change

describe('what a cell shows after it was run again', () => {
  it('is the same however its streams were cut, and whichever came first', () => {
    const before = shown(stream('a\n'), stream('warned\n', 'stderr'), stream('b\n'))
    const after = shown(stream('warned\n', 'stderr'), stream('a\nb\n'))
    assert.deepEqual(compareCell(3, before, after), {
      index: 3,
      change: 'same',
      before: 'a\nb\nwarned\n',
      after: 'a\nb\nwarned\n',
    })
  })

  it('is the same where addresses in memory and counts of executions differ', () => {
    assert.equal(change(stream('<A at 0x7f1234567890>'), stream('<A at 0x7fab34567890>')), 'same')
    assert.equal(change(failed('Cell \u001B[32mIn[3]\u001B[0m, line 1'), failed('Cell In[17], line 1')), 'same')
    const result = (count: number): NotebookOutput => {
      return { output_type: 'execute_result', execution_count: count, data: { 'text/plain': '1' }, metadata: {} }
    }
    assert.equal(change(result(1), result(2)), 'same')
  })

  it('has changed where a number, a picture, a table or an error has', () => {
    assert.equal(change(stream('loss 0.1\n'), stream('loss 0.2\n')), 'changed')
    const picture = (bytes: string) => display({ 'text/plain': ['<Figure>'], 'image/png': bytes })
    assert.equal(change(picture('aGVs\nbG8='), picture('aGVsbG8=\n')), 'same')
    assert.equal(change(picture('aGVsbG8='), picture('aGVsbG8h')), 'changed')
    const table = (cell: string) => display({ 'text/plain': 'a', 'text/html': `<td>${cell}</td>` })
    assert.equal(change(table('1'), table('2')), 'changed')
    assert.equal(change(failed('line 1'), failed('line 2')), 'changed')
    assert.equal(change(stream('1'), stream('1', 'stderr')), 'same')
  })

  it('is not compared where there was nothing before, or it was not run', () => {
    assert.equal(compareCell(0, { execution_count: null, outputs: [] }, shown(stream('1'))).change, 'new')
    assert.equal(compareCell(0, shown(stream('1')), undefined).change, 'not-run')
    assert.equal(compareCell(0, shown(), shown(stream('1'))).change, 'changed')
  })

  it('does not count runs that it tracks, which are new each time', () => {
    const run = (id: string) => display({ 'application/vnd.runwright.run+json': { id }, 'text/html': id })
    assert.equal(change(run('1'), run('2')), 'same')
  })
})
