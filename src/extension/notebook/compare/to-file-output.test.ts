import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { CellOutput } from '../../../protocol/cell-outputs.ts'
import { toShownOutput } from '../shown-output.ts'
import { toFileOutput } from './to-file-output.ts'

function throughVsCode(output: CellOutput) {
  return toFileOutput(toShownOutput(output) ?? assert.fail('shows nothing'))
}

describe('an output of VS Code’s', () => {
  it('is what the kernel said', () => {
    assert.deepEqual(throughVsCode({ kind: 'stream', name: 'stderr', text: 'a\nb' }), {
      output_type: 'stream',
      name: 'stderr',
      text: ['a\nb'],
    })
    const data = { 'text/plain': '1', 'image/png': 'aGVsbG8=', 'image/svg+xml': '<svg/>', 'application/json': [1, 'a'] }
    const shown = { output_type: 'display_data', data, metadata: {} }
    assert.deepEqual(throughVsCode({ kind: 'display', data, metadata: {} }), shown)
    assert.deepEqual(throughVsCode({ kind: 'result', data, metadata: {}, executionCount: 3 }), shown)
    const traceback = ['line 1\nline 2', 'line 3']
    assert.deepEqual(throughVsCode({ kind: 'error', name: 'E', message: 'bad', traceback }), {
      output_type: 'error',
      ename: 'E',
      evalue: 'bad',
      traceback,
    })
  })

  it('is a stream of several parts, as more of it comes', () => {
    const [a, b] = ['a', 'b'].map((text) => toShownOutput({ kind: 'stream', name: 'stdout', text })?.items ?? [])
    assert.deepEqual(toFileOutput({ items: [...(a ?? []), ...(b ?? [])] }), {
      output_type: 'stream',
      name: 'stdout',
      text: ['a', 'b'],
    })
  })
})
