import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { type CellOutput, joinOutputs, toCellOutput } from './cell-outputs.ts'

const message = { metadata: {}, buffers: [] }

describe('an output', () => {
  for (const [type, content, output] of [
    ['stream', { name: 'stdout', text: 'a\n' }, { kind: 'stream', name: 'stdout', text: 'a\n' }],
    [
      'display_data',
      { data: { 'text/plain': '1' }, metadata: {}, transient: { display_id: 'd' } },
      { kind: 'display', data: { 'text/plain': '1' }, metadata: {}, displayId: 'd' },
    ],
    ['display_data', { data: {}, metadata: {}, transient: {} }, { kind: 'display', data: {}, metadata: {} }],
    [
      'execute_result',
      { data: { 'text/plain': '1' }, metadata: { a: 1 }, execution_count: 3 },
      { kind: 'result', data: { 'text/plain': '1' }, metadata: { a: 1 }, executionCount: 3 },
    ],
    [
      'update_display_data',
      { data: { 'text/plain': '2' }, metadata: {}, transient: { display_id: 'd' } },
      { kind: 'update', data: { 'text/plain': '2' }, metadata: {}, displayId: 'd' },
    ],
    [
      'error',
      { ename: 'ValueError', evalue: 'no', traceback: ['a', 'b'] },
      { kind: 'error', name: 'ValueError', message: 'no', traceback: ['a', 'b'] },
    ],
    ['clear_output', { wait: true }, { kind: 'clear', waits: true }],
    ['input_request', { prompt: '? ', password: false }, { kind: 'input', prompt: '? ', isPassword: false }],
  ] as const) {
    it(`is read from ${type}`, () => assert.deepEqual(toCellOutput({ type, content, ...message }), output))
  }

  it('keeps what nobody knows, with its bytes', () => {
    const content = { comm_id: 'c', data: {} }
    assert.deepEqual(
      toCellOutput({ type: 'comm_msg', content, metadata: {}, buffers: [Uint8Array.of(0, 255), new Uint8Array()] }),
      { kind: 'other', type: 'comm_msg', content, metadata: {}, buffers: ['AP8=', ''] },
    )
  })

  it('is read from whatever a kernel sends, and never thrown away', () => {
    const types = ['stream', 'display_data', 'execute_result', 'update_display_data', 'error', 'clear_output']
    const words = ['name', 'text', 'data', 'metadata', 'transient', 'ename', 'traceback', 'wait', 'execution_count']
    const content = fc.dictionary(fc.constantFrom(...words), fc.jsonValue())
    fc.assert(
      fc.property(fc.constantFrom(...types), content, (type, content) => {
        const output = toCellOutput({ type, content, ...message })
        if (output.kind === 'other') assert.deepEqual(output.content, content)
        assert.doesNotThrow(() => JSON.stringify(output))
      }),
    )
  })
})

describe('outputs that are joined', () => {
  const stream = fc.record({ name: fc.constantFrom('stdout' as const, 'stderr' as const), text: fc.string() })

  it('say the same in the same order', () => {
    fc.assert(
      fc.property(fc.array(stream), (parts) => {
        const outputs = parts.map((part): CellOutput => ({ kind: 'stream', ...part }))
        const joined: CellOutput[] = []
        for (const output of outputs) {
          const last = joined.at(-1)
          const both = last === undefined ? undefined : joinOutputs(last, output)
          if (both === undefined) joined.push(output)
          else joined.splice(-1, 1, both)
        }
        const flat = (all: CellOutput[]) =>
          all.flatMap((each) => (each.kind === 'stream' ? [...each.text].map((char) => each.name + char) : []))
        assert.deepEqual(flat(joined), flat(outputs))
        assert.ok(
          joined.every((each, index) => index === 0 || joinOutputs(joined[index - 1] ?? each, each) === undefined),
        )
      }),
    )
  })

  it('are streams alone', () => {
    const clear: CellOutput = { kind: 'clear', waits: false }
    assert.equal(joinOutputs(clear, clear), undefined)
  })
})
