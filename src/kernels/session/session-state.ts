import type { JupyterHeader, JupyterMessage } from '../../protocol/jupyter-messages.ts'
import { toCellOutput } from '../../protocol/cell-outputs.ts'
import { type ExecutionId, type KernelStatus, parseExecutionId, type RecordBody } from '../../protocol/kernels.ts'

export interface ExecuteRequest {
  readonly executionId: ExecutionId
  readonly cell: string
  readonly code: string
  readonly isSilent: boolean
  readonly allowsInput: boolean
  readonly stopsOnError: boolean
  /** What it was asked for together with, and runs behind. */
  readonly follows?: ExecutionId
}

/** What one kernel is at. It has ended an execution once it has both replied and said that all output was sent. */
export interface SessionState {
  readonly status: KernelStatus
  /** Why it is dead. */
  readonly reason?: string
  readonly queue: readonly ExecuteRequest[]
  readonly running?: RunningExecution
}

interface RunningExecution {
  readonly request: ExecuteRequest
  readonly reply?: ExecuteReply
  readonly isIdle: boolean
  /** Of the input request that waits for its answer. */
  readonly asks?: JupyterHeader
}

interface ExecuteReply {
  readonly isOk: boolean
  readonly executionCount?: number
}

export type SessionEvent =
  | { readonly kind: 'asked'; readonly request: ExecuteRequest }
  /** What it follows has not ended well: had it been asked for sooner, it would have been taken from the queue. */
  | { readonly kind: 'asked in vain'; readonly request: ExecuteRequest }
  /** A new process answers. */
  | { readonly kind: 'ready' }
  | { readonly kind: 'message'; readonly message: JupyterMessage }
  /** All that it published before now has come, or never will: a socket that is full throws away. */
  | { readonly kind: 'drained'; readonly executionId: ExecutionId }
  | { readonly kind: 'interrupted' }
  | { readonly kind: 'restarting' }
  | { readonly kind: 'answered'; readonly executionId: ExecutionId; readonly value: string }
  | { readonly kind: 'ended'; readonly reason: string }

export type SessionEffect =
  | { readonly kind: 'record'; readonly body: RecordBody }
  | { readonly kind: 'execute'; readonly request: ExecuteRequest }
  | { readonly kind: 'input'; readonly to: JupyterHeader; readonly value: string }

export interface SessionStep {
  readonly state: SessionState
  readonly effects: readonly SessionEffect[]
}

export const startingSession: SessionState = { status: 'starting', queue: [] }

/** All that can happen to a session, without a world: what follows is done by whoever calls. */
export function step(state: SessionState, event: SessionEvent): SessionStep {
  switch (event.kind) {
    case 'asked':
      return startNext({ ...state, queue: [...state.queue, event.request] }, [record(queued(event.request))])
    case 'asked in vain':
      return { state, effects: [record(queued(event.request)), ...abortAll([event.request])] }
    case 'ready':
      if (state.status !== 'starting' && state.status !== 'restarting') return { state, effects: [] }
      return startNext(withStatus(state, 'idle'), [record({ kind: 'kernel', status: 'idle' })])
    case 'message':
      return takeMessage(state, event.message)
    case 'drained':
      return endWithLoss(state, event.executionId)
    case 'interrupted':
      return { state: { ...state, queue: [] }, effects: abortAll(state.queue) }
    case 'restarting':
      return dropAll(state, 'restarting')
    case 'ended':
      return dropAll(state, 'dead', event.reason)
    case 'answered':
      return answer(state, event)
  }
}

function queued({ executionId, cell, code }: ExecuteRequest): RecordBody {
  return { kind: 'queued', executionId, cell, code }
}

function record(body: RecordBody): SessionEffect {
  return { kind: 'record', body }
}

function withStatus({ queue, running }: SessionState, status: KernelStatus): SessionState {
  return { status, queue, ...(running === undefined ? {} : { running }) }
}

function startNext(state: SessionState, effects: readonly SessionEffect[]): SessionStep {
  const [request, ...queue] = state.queue
  if (state.status !== 'idle' || request === undefined) return { state, effects }
  const { executionId } = request
  return {
    state: { status: 'busy', queue, running: { request, isIdle: false } },
    effects: [
      ...effects,
      record({ kind: 'kernel', status: 'busy' }),
      record({ kind: 'started', executionId }),
      { kind: 'execute', request },
    ],
  }
}

function abortAll(queue: readonly ExecuteRequest[]): SessionEffect[] {
  return queue.map(({ executionId }) => record({ kind: 'ended', executionId, status: 'aborted' }))
}

/** Its process goes, and with it all that it was asked. */
function dropAll({ running, queue }: SessionState, status: 'restarting' | 'dead', reason?: string): SessionStep {
  const told = reason === undefined ? {} : { reason }
  return {
    state: { status, queue: [], ...told },
    effects: [
      ...(running === undefined
        ? []
        : [record({ kind: 'ended', executionId: running.request.executionId, status: 'lost', ...told })]),
      ...abortAll(queue),
      record({ kind: 'kernel', status, ...told }),
    ],
  }
}

function answer(state: SessionState, event: SessionEvent & { kind: 'answered' }): SessionStep {
  const { running } = state
  if (running?.asks === undefined || running.request.executionId !== event.executionId) return { state, effects: [] }
  const { asks, ...rest } = running
  const { executionId, value } = event
  return {
    state: { ...state, running: rest },
    effects: [record({ kind: 'answered', executionId }), { kind: 'input', to: asks, value }],
  }
}

/** Of what is published: these say nothing that anybody is shown. */
const unshown = new Set(['status', 'execute_input', 'iopub_welcome'])

function takeMessage(state: SessionState, message: JupyterMessage): SessionStep {
  const { channel, header, parent_header: parent, content } = message
  const executionId = parseExecutionId(parent.msg_id ?? '')
  const running = state.running?.request.executionId === executionId ? state.running : undefined
  if (running !== undefined && channel === 'iopub' && header.msg_type === 'status') {
    return endWhenDone(state, { ...running, isIdle: running.isIdle || content['execution_state'] === 'idle' })
  }
  if (running !== undefined && channel === 'shell' && header.msg_type === 'execute_reply') {
    return endWhenDone(state, { ...running, reply: readReply(content) })
  }
  const isAsked = channel === 'stdin' && header.msg_type === 'input_request'
  if (!isAsked && (channel !== 'iopub' || unshown.has(header.msg_type))) return { state, effects: [] }
  const output = toCellOutput({ type: header.msg_type, ...message })
  return {
    state: isAsked && running !== undefined ? { ...state, running: { ...running, asks: header } } : state,
    effects: [record({ kind: 'output', output, ...(executionId === undefined ? {} : { executionId }) })],
  }
}

function readReply({ status, execution_count: count }: JupyterMessage['content']): ExecuteReply {
  return { isOk: status === 'ok', ...(typeof count === 'number' ? { executionCount: count } : {}) }
}

/** It has replied and not said that all output was sent, so that this is lost, and as a rule more. */
function endWithLoss(state: SessionState, executionId: ExecutionId): SessionStep {
  const { running } = state
  if (running?.reply === undefined || running.request.executionId !== executionId) return { state, effects: [] }
  const text = 'Some output of this cell was lost: its kernel throws away what is printed faster than it is read.\n'
  const { state: next, effects } = endWhenDone(state, { ...running, isIdle: true })
  return {
    state: next,
    effects: [record({ kind: 'output', executionId, output: { kind: 'stream', name: 'stderr', text } }), ...effects],
  }
}

function endWhenDone(state: SessionState, running: RunningExecution): SessionStep {
  const { reply, isIdle, request } = running
  if (reply === undefined || !isIdle) return { state: { ...state, running }, effects: [] }
  const { isOk, ...count } = reply
  const dropsQueue = !isOk && request.stopsOnError
  const ended = record({
    kind: 'ended',
    executionId: request.executionId,
    status: isOk ? 'ok' : 'error',
    ...count,
  })
  const next = startNext({ status: 'idle', queue: dropsQueue ? [] : state.queue }, [])
  const aborted = dropsQueue ? abortAll(state.queue) : []
  // From one execution to the next it is busy all the time.
  const isDone = next.state.status === 'idle'
  const told = next.effects.filter((effect) => effect.kind !== 'record' || effect.body.kind !== 'kernel')
  return {
    state: next.state,
    effects: [ended, ...aborted, ...(isDone ? [record({ kind: 'kernel', status: 'idle' })] : told)],
  }
}
