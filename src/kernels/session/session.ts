import { RunwrightError } from '../../protocol/errors.ts'
import {
  type Execution,
  type ExecutionId,
  hasExecutionEnded,
  type JournalRecord,
  type KernelStatus,
  type RecordBody,
} from '../../protocol/kernels.ts'
import type { JournalWriter } from '../journal-writer.ts'
import type { StartKernel } from '../kernel.ts'
import { createExecutionList } from './execution-list.ts'
import { watchIdle } from './watch-idle.ts'
import { createKernelSlot } from './kernel-slot.ts'
import { createMessageMaker } from './message-maker.ts'
import { createRecordQueue } from './record-queue.ts'
import { createReplies } from './replies.ts'
import { type ExecuteRequest, type SessionEffect, type SessionEvent, startingSession, step } from './session-state.ts'

/** What a session looks like from outside. */
export interface SessionView {
  readonly status: KernelStatus
  readonly reason?: string
  readonly isSilent: boolean
  readonly pid?: number
  readonly executing?: ExecutionId
  readonly queuedCount: number
  readonly lastSeq: number
  /** Somebody last used it, in milliseconds since 1970-01-01 UTC. */
  readonly usedAt?: number
  /** So long nobody may use it before it is stopped, in milliseconds. */
  readonly idleTimeoutMs?: number
}

/** One kernel with its queue and its journal, over every restart of it. Disposing it ends the kernel. */
export interface Session extends AsyncDisposable {
  view(): SessionView
  executions(): readonly Execution[]
  /** @throws INVALID_STATE when the kernel is dead */
  execute(request: ExecuteRequest): Execution
  interrupt(): Promise<void>
  /** Somebody has it open, or looks at what it says. */
  use(): void
  /** @param timeoutMs so long nobody may use it before it is stopped. Undefined: as long as they like */
  setIdleTimeout(timeoutMs: number | undefined): void
  /** Resolves when the new kernel is being started. */
  restart(): Promise<void>
  /** @throws INVALID_STATE when the execution waits for no input */
  answerInput(executionId: ExecutionId, value: string): void
  /** The content of the reply on the shell. @throws TEMPORARILY_UNAVAILABLE, INVALID_STATE when the kernel is dead */
  ask(type: string, content: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>>
}

export interface SessionParts {
  readonly start: StartKernel
  readonly writer: JournalWriter
  /** What the journal had before. */
  readonly earlier: Iterable<JournalRecord>
  now(): number
  randomId(): string
  /** Called after each change of the view, once it is in the journal. */
  changed(): void
  onError(error: unknown): void
}

/** From the reply to the end of output it is milliseconds, but for a machine at its limit. */
const lossMs = 5000

export function openSession(parts: SessionParts): Session {
  const { writer, now, changed, onError } = parts
  const executions = createExecutionList()
  for (const record of parts.earlier) executions.add(record)
  const queue = createRecordQueue({
    writer,
    now,
    onError,
    onWritten(records) {
      records.forEach((record) => executions.add(record))
      changed()
    },
  })
  const maker = createMessageMaker(parts)
  const replies = createReplies()
  const slot = createKernelSlot({
    start: parts.start,
    onReady: () => take({ kind: 'ready' }),
    onMessage: (message) => replies.take(message) || take({ kind: 'message', message }),
    onEnd(reason) {
      replies.rejectAll(dead(reason))
      take({ kind: 'ended', reason })
    },
    onSilence: changed,
  })
  let state = startingSession
  let lossTimer: NodeJS.Timeout | undefined
  let restarting: Promise<void> | undefined
  let stopping: Promise<void> = Promise.resolve()
  const idle = watchIdle({
    now,
    // One that cannot be reached now would not be stopped, and nobody can use it.
    isInUse: () => state.status !== 'idle' || slot.isSilent,
    lastSeq: () => writer.lastSeq,
    onIdle(timeoutMs) {
      stopping = stop(idleReason(timeoutMs)).catch(onError)
    },
  })

  function take(event: SessionEvent): void {
    const result = step(state, event)
    state = result.state
    result.effects.forEach(perform)
    watchForLoss()
    // Whoever waits for anything but more to look at should not wait for a timer; a cell's last output comes with its end.
    if (result.effects.some((effect) => effect.kind === 'record' && !isShown(effect.body))) queue.flush()
  }

  /** What is asked now is answered behind all output: when its answer is published and the cell has not ended, that is lost. */
  function watchForLoss(): void {
    const { running } = state
    if (running?.reply === undefined) {
      clearInterval(lossTimer)
      lossTimer = undefined
      return
    }
    const { executionId } = running.request
    lossTimer ??= setInterval(() => {
      const probe = maker.make('shell', 'kernel_info_request', {})
      void replies.waitForIdle(probe.header.msg_id).then(() => take({ kind: 'drained', executionId }))
      slot.send(probe)
    }, lossMs)
  }

  function perform(effect: SessionEffect): void {
    switch (effect.kind) {
      case 'record':
        return queue.add(effect.body)
      case 'execute':
        return slot.send(maker.execute(effect.request))
      case 'input':
        return slot.send(maker.input(effect.to, effect.value))
    }
  }

  /** It can be restarted. */
  async function stop(reason: string): Promise<void> {
    // Why one has died is worth more than that it was put away.
    if (state.status !== 'dead') take({ kind: 'ended', reason })
    replies.rejectAll(dead(reason))
    await slot.stop()
  }

  async function replace(): Promise<void> {
    await stopping
    take({ kind: 'restarting' })
    replies.rejectAll(dead('It is restarted.'))
    await slot.stop()
    slot.begin()
  }

  function checkAlive(): void {
    if (state.status === 'dead') throw dead(state.reason ?? '')
  }

  slot.begin()
  return {
    view: () => ({
      status: state.status,
      isSilent: slot.isSilent,
      queuedCount: state.queue.length,
      lastSeq: writer.lastSeq,
      usedAt: idle.usedAt,
      ...(idle.timeoutMs === undefined ? {} : { idleTimeoutMs: idle.timeoutMs }),
      ...(state.reason === undefined ? {} : { reason: state.reason }),
      ...(slot.pid === undefined ? {} : { pid: slot.pid }),
      ...(state.running === undefined ? {} : { executing: state.running.request.executionId }),
    }),
    executions: () => executions.list(),
    execute(request) {
      idle.touch()
      const known = executions.get(request.executionId)
      if (known !== undefined) return known
      checkAlive()
      // What cannot be written down must not run: nobody would find it again.
      if (queue.isStuck) throw notKept()
      const { executionId, cell, follows } = request
      const firstSeq = writer.lastSeq + 1
      const before = follows === undefined ? undefined : executions.get(follows)
      take({ kind: before !== undefined && hasFailed(before) ? 'asked in vain' : 'asked', request })
      return executions.get(executionId) ?? { executionId, cell, status: 'queued', queuedAt: now(), firstSeq }
    },
    async interrupt() {
      idle.touch()
      checkAlive()
      take({ kind: 'interrupted' })
      await slot.interrupt()
    },
    use() {
      idle.touch()
      changed()
    },
    setIdleTimeout(timeoutMs) {
      if (timeoutMs === idle.timeoutMs) return
      idle.setTimeout(timeoutMs)
      changed()
    },
    restart() {
      idle.touch()
      restarting ??= replace().finally(() => (restarting = undefined))
      return restarting
    },
    answerInput(executionId, value) {
      idle.touch()
      if (state.running?.asks === undefined || state.running.request.executionId !== executionId) {
        throw new RunwrightError('INVALID_STATE', 'This execution waits for no input.', {
          hint: 'Somebody may have answered it, or it was interrupted.',
        })
      }
      take({ kind: 'answered', executionId, value })
    },
    async ask(type, content) {
      idle.touch()
      checkAlive()
      if (state.status === 'starting' || state.status === 'restarting') throw starting()
      const message = maker.make('shell', type, content)
      return await replies.ask(message.header.msg_id, () => slot.send(message))
    },
    async [Symbol.asyncDispose]() {
      idle[Symbol.dispose]()
      await restarting
      await stopping
      await stop('It was shut down.')
      await queue[Symbol.asyncDispose]()
    },
  }
}

function isShown(body: RecordBody): boolean {
  return body.kind === 'output' && body.output.kind !== 'input' && body.output.kind !== 'other'
}

function hasFailed({ status }: Execution): boolean {
  return hasExecutionEnded(status) && status !== 'ok'
}

function dead(reason: string): RunwrightError {
  return new RunwrightError('INVALID_STATE', `The kernel is dead. ${reason}`, { hint: 'Restart it.' })
}

function idleReason(timeoutMs: number): string {
  const minutes = Math.round(timeoutMs / 60_000)
  const time = minutes < 120 ? `${minutes} minutes` : `${Number((minutes / 60).toFixed(1))} hours`
  return `It was stopped after ${time} in which nobody used it, as kernels.idleTimeout in runwright.yaml says.`
}

function starting(): RunwrightError {
  return new RunwrightError('TEMPORARILY_UNAVAILABLE', 'The kernel is being started.', {
    hint: 'Ask again in a moment.',
  })
}

function notKept(): RunwrightError {
  return new RunwrightError('STORAGE_FULL', 'The journal of the kernel cannot be written, so that nothing was run.', {
    hint: 'Free space on the disk of the workspace.',
  })
}
