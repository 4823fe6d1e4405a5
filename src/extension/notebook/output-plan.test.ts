import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { CellOutput } from '../../protocol/cell-outputs.ts'
import { createOutputPlan } from './output-plan.ts'

function say(text: string, name: 'stdout' | 'stderr' = 'stdout') {
  return { kind: 'stream', name, text } as const
}

function display(text: string, displayId?: string): CellOutput {
  const named = displayId === undefined ? {} : { displayId }
  return { kind: 'display', data: { 'text/plain': text }, metadata: {}, ...named }
}

const clear = (waits: boolean): CellOutput => ({ kind: 'clear', waits })

describe('what is done to a cell', () => {
  it('is one act for all that was printed within a frame, and later text goes to the same output', () => {
    const plan = createOutputPlan()
    assert.deepEqual(plan.next([say('a\n'), say('b\n')]), [{ kind: 'append', output: say('a\nb\n') }])
    assert.deepEqual(plan.next([say('c\n')]), [{ kind: 'extend', output: say('c\n') }])
    assert.deepEqual(plan.next([say('d\n', 'stderr')]), [{ kind: 'append', output: say('d\n', 'stderr') }])
    assert.deepEqual(plan.next([say('e\n')]), [{ kind: 'append', output: say('e\n') }])
  })

  it('is an act for each display, and text after one is an output of its own', () => {
    const plan = createOutputPlan()
    plan.next([say('a')])
    assert.deepEqual(plan.next([display('x'), say('b')]), [
      { kind: 'append', output: display('x') },
      { kind: 'append', output: say('b') },
    ])
  })

  it('is to clear at once, or when the next output comes, and nothing is shown that is cleared anyway', () => {
    const plan = createOutputPlan()
    assert.deepEqual(plan.next([say('a'), clear(false), say('b')]), [
      { kind: 'clear' },
      { kind: 'append', output: say('b') },
    ])
    assert.deepEqual(plan.next([clear(true)]), [])
    assert.deepEqual(plan.next([say('c')]), [{ kind: 'clear' }, { kind: 'append', output: say('c') }])
  })

  it('keeps updates of displays in other cells when this one is cleared', () => {
    const update = { kind: 'update', data: {}, metadata: {}, displayId: 'bar' } as const
    assert.deepEqual(createOutputPlan().next([update, clear(false)]), [
      { kind: 'update', output: update },
      { kind: 'clear' },
    ])
  })

  it('is nothing for what shows nothing: questions, comms', () => {
    const other = { kind: 'other', type: 'comm_msg', content: {}, metadata: {}, buffers: [] } as const
    assert.deepEqual(createOutputPlan().next([{ kind: 'input', prompt: '?', isPassword: false }, other]), [])
  })
})

describe('a cell at its limit', () => {
  const limits = { text: 10, data: 20 }

  it('shows whole lines up to it, says once that there is more, and shows no later text', () => {
    const plan = createOutputPlan(limits)
    assert.deepEqual(plan.next([say('1234\n67\n90123\n')]), [
      { kind: 'append', output: say('1234\n67\n') },
      { kind: 'cut' },
    ])
    assert.deepEqual(plan.next([say('a\n')]), [])
  })

  it('still shows errors, and pictures while there is room for them', () => {
    const plan = createOutputPlan(limits)
    plan.next([say('x'.repeat(11))])
    const error = { kind: 'error', name: 'E', message: 'm', traceback: ['t'.repeat(100)] } as const
    assert.deepEqual(plan.next([display('d'.repeat(20)), error, display('e')]), [
      { kind: 'append', output: display('d'.repeat(20)) },
      { kind: 'append', output: error },
    ])
  })

  it('has room again once it is cleared', () => {
    const plan = createOutputPlan(limits)
    plan.next([say('x'.repeat(11))])
    assert.deepEqual(plan.next([clear(false), say('a')]), [{ kind: 'clear' }, { kind: 'append', output: say('a') }])
  })

  it('is the same however its text came', () => {
    const plan = createOutputPlan(limits)
    const acts = ['1234\n', '67\n', '90123\n', '4\n'].flatMap((text) => plan.next([say(text)]))
    const text = acts.flatMap((act) => ('output' in act && act.output.kind === 'stream' ? [act.output.text] : []))
    assert.equal(text.join(''), '1234\n67\n')
    assert.equal(acts.filter(({ kind }) => kind === 'cut').length, 1)
  })
})
