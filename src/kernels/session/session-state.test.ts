import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import type { JupyterMessage, KernelChannel } from '../../protocol/jupyter-messages.ts'
import { type ExecutionId, parseExecutionId } from '../../protocol/kernels.ts'
import { type ExecuteRequest, type SessionEvent, startingSession, step } from './session-state.ts'

function idOf(number: number): ExecutionId {
  const id = parseExecutionId(number.toString(16).padStart(32, '0'))
  assert(id !== undefined)
  return id
}

function asked(number: number, more: Partial<ExecuteRequest> = {}): SessionEvent & { kind: 'asked' } {
  const request = { cell: '', code: '1', isSilent: false, allowsInput: true, stopsOnError: true, ...more }
  return { kind: 'asked', request: { executionId: idOf(number), ...request } }
}

function said(channel: KernelChannel, type: string, content: JupyterMessage['content'], parent?: number): SessionEvent {
  const header = { msg_id: 'm', session: '', username: '', date: '', msg_type: type, version: '5.4' }
  const parent_header = parent === undefined ? {} : { ...header, msg_id: idOf(parent) }
  return { kind: 'message', message: { channel, header, parent_header, metadata: {}, content, buffers: [] } }
}

const idle = (of: number) => said('iopub', 'status', { execution_state: 'idle' }, of)
const reply = (of: number, status = 'ok') => said('shell', 'execute_reply', { status, execution_count: of }, of)
const printed = (text: string, of?: number) => said('iopub', 'stream', { name: 'stdout', text }, of)

/** What a session does, a line each. */
function tell(...events: readonly SessionEvent[]): string[] {
  let state = startingSession
  return events.flatMap((event) => {
    const result = step(state, event)
    state = result.state
    return result.effects.map((effect) => {
      if (effect.kind === 'execute') return `execute ${Number(`0x${effect.request.executionId}`)}`
      if (effect.kind === 'input') return `input ${effect.value}`
      const { body } = effect
      const of = 'executionId' in body && body.executionId !== undefined ? ` ${Number(`0x${body.executionId}`)}` : ''
      const what = body.kind === 'output' ? body.output.kind : 'status' in body ? body.status : ''
      return `${body.kind}${of} ${what}`.trim()
    })
  })
}

describe('a session', () => {
  it('runs what was asked while it started, one after the other', () => {
    assert.deepEqual(tell(asked(1), asked(2), { kind: 'ready' }, reply(1), idle(1), idle(2), reply(2)), [
      'queued 1',
      'queued 2',
      'kernel idle',
      'kernel busy',
      'started 1',
      'execute 1',
      'ended 1 ok',
      'started 2',
      'execute 2',
      'ended 2 ok',
      'kernel idle',
    ])
  })

  it('ends an execution only when its output has come, whichever of both is first', () => {
    for (const order of [
      [reply(1), printed('late', 1), idle(1)],
      [printed('late', 1), idle(1), reply(1)],
    ]) {
      const told = tell({ kind: 'ready' }, asked(1), ...order)
      assert.deepEqual(told.slice(-3), ['output 1 stream', 'ended 1 ok', 'kernel idle'])
    }
  })

  it('drops the queue at an error, unless that may fail', () => {
    const start = [{ kind: 'ready' }, asked(1), asked(2)] as const
    assert.deepEqual(tell(...start, reply(1, 'error'), idle(1)).slice(-3), [
      'ended 1 error',
      'ended 2 aborted',
      'kernel idle',
    ])
    const mayFail = [{ kind: 'ready' }, asked(1, { stopsOnError: false }), asked(2)] as const
    assert.equal(tell(...mayFail, reply(1, 'error'), idle(1)).at(-1), 'execute 2')
  })

  it('does not run what follows one that has failed when it is asked for too late to be dropped', () => {
    const late: SessionEvent = { ...asked(2), kind: 'asked in vain' }
    const failed = [{ kind: 'ready' }, asked(1), reply(1, 'error'), idle(1)] as const
    assert.deepEqual(
      tell(...failed, late, asked(3)).slice(-6),
      ['kernel idle', 'queued 2', 'ended 2 aborted', 'queued 3', 'kernel busy', 'started 3', 'execute 3'].slice(-6),
    )
  })

  it('drops the queue at an interrupt; what runs ends as the kernel says', () => {
    assert.deepEqual(tell({ kind: 'ready' }, asked(1), asked(2), { kind: 'interrupted' }).slice(-1), [
      'ended 2 aborted',
    ])
  })

  it('loses what ran when its kernel ends or is restarted, and takes nothing of it later', () => {
    assert.deepEqual(
      tell({ kind: 'ready' }, asked(1), asked(2), { kind: 'ended', reason: 'gone' }, reply(1)).slice(-3),
      ['ended 1 lost', 'ended 2 aborted', 'kernel dead'],
    )
    assert.deepEqual(tell({ kind: 'ready' }, asked(1), { kind: 'restarting' }, asked(2), { kind: 'ready' }).slice(-7), [
      'ended 1 lost',
      'kernel restarting',
      'queued 2',
      'kernel idle',
      'kernel busy',
      'started 2',
      'execute 2',
    ])
  })

  it('passes on an answer once, and only to who asked, and keeps that it was given', () => {
    const ask = said('stdin', 'input_request', { prompt: '? ' }, 1)
    const answer = (of: number): SessionEvent => ({ kind: 'answered', executionId: idOf(of), value: `to ${of}` })
    assert.deepEqual(tell({ kind: 'ready' }, asked(1), answer(1), ask, answer(2), answer(1), answer(1)).slice(-3), [
      'output 1 input',
      'answered 1',
      'input to 1',
    ])
  })

  it('ends with a word where the kernel has thrown away that all output was sent, and only there', () => {
    const drained: SessionEvent = { kind: 'drained', executionId: idOf(1) }
    assert.deepEqual(tell({ kind: 'ready' }, asked(1), drained, reply(1), drained, drained, idle(1)).slice(-3), [
      'output 1 stream',
      'ended 1 ok',
      'kernel idle',
    ])
  })

  it('keeps what a thread prints after its cell, and what belongs to none', () => {
    assert.deepEqual(tell({ kind: 'ready' }, asked(1), reply(1), idle(1), printed('a', 1), printed('b')).slice(-2), [
      'output 1 stream',
      'output stream',
    ])
  })

  it('ends each execution once, whatever happens in whatever order', () => {
    const number = fc.integer({ min: 1, max: 4 })
    const event = fc.oneof(
      number.map((of) => reply(of)),
      number.map((of) => reply(of, 'error')),
      number.map(idle),
      fc.constantFrom<SessionEvent>(
        { kind: 'ready' },
        { kind: 'interrupted' },
        { kind: 'restarting' },
        { kind: 'ended', reason: '' },
      ),
    )
    fc.assert(
      fc.property(fc.array(fc.array(event, { maxLength: 8 }), { minLength: 4, maxLength: 4 }), (between) => {
        const told = tell(...between.flatMap((events, index) => [asked(index + 1), ...events]), {
          kind: 'ended',
          reason: '',
        })
        for (const id of [1, 2, 3, 4]) {
          assert.equal(told.filter((line) => line.startsWith(`ended ${id} `)).length, 1)
          assert(told.filter((line) => line === `execute ${id}`).length <= 1)
        }
      }),
    )
  })
})
