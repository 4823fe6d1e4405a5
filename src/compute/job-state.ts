import type { JobAttempt, JobExit, JobStatus } from '../protocol/jobs.ts'
import type { RunStatus } from '../protocol/runs.ts'
import type { JobHandle, TargetStatus } from './target.ts'

/** One attempt as the engine keeps it. */
export interface AttemptState extends JobAttempt {
  /** Bytes that the run's log had when this attempt began: its own output stands behind them. */
  readonly logOffset: number
}

/** How a job ended for good. */
export interface JobOutcome {
  readonly status: Extract<JobStatus, 'finished' | 'failed' | 'cancelled' | 'lost'>
  /** In words. */
  readonly reason: string
}

export const jobPhases = ['queued', 'submitting', 'submitted', 'running', 'settling', 'ended'] as const

/**
 * Where a job stands.
 *
 * - `queued`: it waits for its turn
 * - `submitting`: the intent is written and its target has been asked to take it, or is about to be
 * - `submitted`, `running`: its target has the attempt
 * - `settling`: the attempt has ended, and its output is brought in before anything else happens. With an `outcome` the
 *   job has ended as well, without one it is queued again
 * - `ended`: nothing follows unless a person asks for another attempt
 */
export interface JobState {
  readonly phase: (typeof jobPhases)[number]
  /** While submitting: whether the target has the attempt is not known, so it must be looked for before all else. */
  readonly isDoubtful: boolean
  readonly isCancelRequested: boolean
  /** Attempts that may still follow failed ones. */
  readonly retriesLeft: number
  /** From the first to the present one. */
  readonly attempts: readonly AttemptState[]
  readonly outcome?: JobOutcome
}

/** What happens to a job. Events about an attempt that is not the present one say nothing any more. */
export type JobEvent =
  /** It is its turn. */
  | { readonly kind: 'start'; readonly gpus: readonly string[]; readonly logOffset: number }
  /** The target has it: it answered the submission, or it was found there. */
  | { readonly kind: 'submitted'; readonly attempt: number; readonly handle: JobHandle; readonly at: number }
  /** The target has refused it, and has nothing of it. */
  | { readonly kind: 'refused'; readonly attempt: number; readonly message: string }
  /** The submission was not answered. */
  | { readonly kind: 'doubted'; readonly attempt: number }
  /** The target was asked and is sure to have none of this key. */
  | { readonly kind: 'not-found'; readonly attempt: number }
  | { readonly kind: 'seen'; readonly attempt: number; readonly status: TargetStatus; readonly at: number }
  /** The output of the attempt is in the store, and the target has forgotten it. */
  | { readonly kind: 'settled'; readonly attempt: number }
  | { readonly kind: 'cancel-requested' }
  /** A person wants another attempt, and so many more should that fail. */
  | { readonly kind: 'retry-requested'; readonly retries: number }
  /** The engine has started again: whatever it was doing was cut off. */
  | { readonly kind: 'recovered' }

export type JobEffect =
  | { readonly kind: 'submit'; readonly attempt: number }
  | { readonly kind: 'find'; readonly attempt: number }
  | { readonly kind: 'cancel'; readonly attempt: number; readonly handle: JobHandle }
  | { readonly kind: 'set-run-status'; readonly status: RunStatus; readonly exit?: JobExit }
  | { readonly kind: 'settle'; readonly attempt: number }

export interface JobStep {
  readonly state: JobState
  /** To be done in this order, once the state is durable. */
  readonly effects: readonly JobEffect[]
}

/** Preempted jobs go on again and again; a target that preempts at once must not do so for ever. */
export const maxAttempts = 1000

export function initialJobState(retries: number): JobState {
  return { phase: 'queued', isDoubtful: false, isCancelRequested: false, retriesLeft: retries, attempts: [] }
}

/** The next state and what is to be done for it. Pure; an event that means nothing gives the same state and no effects. */
export function step(state: JobState, event: JobEvent): JobStep {
  if ('attempt' in event && event.attempt !== state.attempts.length) return stay(state)
  switch (event.kind) {
    case 'start':
      return start(state, event)
    case 'submitted':
      return state.phase === 'submitting' ? accept(state, event) : stay(state)
    case 'refused':
      if (state.phase !== 'submitting') return stay(state)
      return end(state, state.isCancelRequested ? cancelled : { status: 'failed', reason: event.message })
    case 'doubted':
      if (state.phase !== 'submitting' || state.isDoubtful) return stay(state)
      return { state: { ...state, isDoubtful: true }, effects: [{ kind: 'find', attempt: event.attempt }] }
    case 'not-found':
      return state.phase === 'submitting' && state.isDoubtful ? submitAgain(state) : stay(state)
    case 'seen':
      return state.phase === 'submitted' || state.phase === 'running' ? see(state, event) : stay(state)
    case 'settled':
      return state.phase === 'settling' ? settle(state) : stay(state)
    case 'cancel-requested':
      return cancel(state)
    case 'retry-requested':
      return state.phase === 'ended' ? goOn(state, event.retries) : stay(state)
    case 'recovered':
      return recover(state)
  }
}

/** What is still to be done in a state, to be tried again and again until it has succeeded. */
export function listDuties(state: JobState): readonly JobEffect[] {
  const attempt = state.attempts.length
  const handle = state.attempts.at(-1)?.handle
  switch (state.phase) {
    case 'submitting':
      return state.isDoubtful ? [{ kind: 'find', attempt }] : []
    case 'submitted':
    case 'running':
      return state.isCancelRequested && handle !== undefined ? [{ kind: 'cancel', attempt, handle }] : []
    case 'settling':
      return [...(state.outcome === undefined ? [] : [runEnd(state, state.outcome)]), { kind: 'settle', attempt }]
    case 'queued':
    case 'ended':
      return []
  }
}

function stay(state: JobState): JobStep {
  return { state, effects: [] }
}

function start(state: JobState, { gpus, logOffset }: Extract<JobEvent, { kind: 'start' }>): JobStep {
  if (state.phase !== 'queued') return stay(state)
  const number = state.attempts.length + 1
  const attempt: AttemptState = { number, logOffset, ...(gpus.length === 0 ? {} : { gpus }) }
  return {
    state: { ...state, phase: 'submitting', attempts: [...state.attempts, attempt] },
    effects: [{ kind: 'submit', attempt: number }],
  }
}

function accept(state: JobState, { attempt, handle, at }: Extract<JobEvent, { kind: 'submitted' }>): JobStep {
  const next = withAttempt({ ...state, phase: 'submitted', isDoubtful: false }, { handle, submittedAt: at })
  return { state: next, effects: state.isCancelRequested ? [{ kind: 'cancel', attempt, handle }] : [] }
}

function submitAgain(state: JobState): JobStep {
  if (state.isCancelRequested) return end(state, cancelled)
  const effects: JobEffect[] = [{ kind: 'submit', attempt: state.attempts.length }]
  return { state: { ...state, isDoubtful: false }, effects }
}

function see(state: JobState, { status, at }: Extract<JobEvent, { kind: 'seen' }>): JobStep {
  switch (status.state) {
    case 'waiting':
      // Its target may put a job that ran back into its own queue.
      if (state.phase === 'submitted') return stay(state)
      return { state: { ...state, phase: 'submitted' }, effects: [setRunStatus('SCHEDULED')] }
    case 'running':
      if (state.phase === 'running') return stay(state)
      return {
        state: withAttempt({ ...state, phase: 'running' }, { startedAt: status.startedAt }),
        effects: [setRunStatus('RUNNING')],
      }
    case 'ended':
      return endAttempt(state, status.exit, status.startedAt)
    case 'gone':
      return endAttempt(state, { exitCode: null, signal: null, cause: 'lost', endedAt: at })
  }
}

function endAttempt(before: JobState, exit: JobExit, startedAt?: number): JobStep {
  const state = withAttempt(before, { exit, ...(startedAt === undefined ? {} : { startedAt }) })
  const outcome = outcomeOf(state, exit)
  if (outcome.status !== 'failed' || state.attempts.length >= maxAttempts) return end(state, outcome)
  const isPreempted = exit.cause === 'preempted'
  if (!isPreempted && state.retriesLeft === 0) return end(state, outcome)
  const retriesLeft = isPreempted ? state.retriesLeft : state.retriesLeft - 1
  const effects: JobEffect[] = [{ kind: 'settle', attempt: state.attempts.length }]
  return { state: { ...state, phase: 'settling', retriesLeft }, effects }
}

const cancelled: JobOutcome = { status: 'cancelled', reason: 'cancelled' }

function outcomeOf({ isCancelRequested }: JobState, exit: JobExit): JobOutcome {
  if (exit.cause === 'exited' && exit.exitCode === 0) return { status: 'finished', reason: describeExit(exit) }
  if (isCancelRequested || exit.cause === 'cancelled') return cancelled
  return { status: exit.cause === 'lost' ? 'lost' : 'failed', reason: describeExit(exit) }
}

/** How an attempt ended, in words. */
export function describeExit({ cause, exitCode, signal }: JobExit): string {
  switch (cause) {
    case 'exited':
      return signal === null ? `exit code ${exitCode ?? 'unknown'}` : `ended by ${signal}`
    case 'cancelled':
      return 'cancelled'
    case 'time-limit':
      return 'ran longer than its time limit'
    case 'out-of-memory':
      return 'took more memory than there is for it'
    case 'preempted':
      return 'its target took its place away'
    case 'lost':
      return 'its target does not know it any more, and left no record of its end'
  }
}

/** The job has ended; its run is told before its output is complete, so that nobody waits for a slow target. */
function end(before: JobState, outcome: JobOutcome): JobStep {
  const state: JobState = { ...before, phase: 'settling', isDoubtful: false, outcome }
  return { state, effects: listDuties(state) }
}

function settle(state: JobState): JobStep {
  if (state.outcome !== undefined) return { state: { ...state, phase: 'ended' }, effects: [] }
  return { state: { ...state, phase: 'queued' }, effects: [setRunStatus('SCHEDULED')] }
}

function cancel(state: JobState): JobStep {
  if (state.isCancelRequested || state.phase === 'ended' || state.outcome !== undefined) return stay(state)
  const asked: JobState = { ...state, isCancelRequested: true }
  // Between two attempts nothing lives that would have to be told.
  if (state.phase === 'queued' || state.phase === 'settling') return end(asked, cancelled)
  const duties = listDuties(asked)
  return { state: asked, effects: duties.filter(({ kind }) => kind === 'cancel') }
}

function goOn({ attempts }: JobState, retriesLeft: number): JobStep {
  return {
    state: { ...initialJobState(retriesLeft), attempts },
    effects: [setRunStatus('SCHEDULED')],
  }
}

function recover(before: JobState): JobStep {
  const state: JobState = before.phase === 'submitting' && !before.isDoubtful ? { ...before, isDoubtful: true } : before
  const missed: Partial<Record<JobState['phase'], RunStatus>> = { queued: 'SCHEDULED', running: 'RUNNING' }
  const status = state.attempts.length === 0 ? undefined : missed[state.phase]
  return { state, effects: [...(status === undefined ? [] : [setRunStatus(status)]), ...listDuties(state)] }
}

function setRunStatus(status: RunStatus): JobEffect {
  return { kind: 'set-run-status', status }
}

function runEnd(state: JobState, { status }: JobOutcome): JobEffect {
  const exit = state.attempts.at(-1)?.exit
  const runStatus = { finished: 'FINISHED', cancelled: 'KILLED', failed: 'FAILED', lost: 'FAILED' } as const
  const isKilled = status === 'failed' && exit !== undefined && exit.signal !== null && exit.cause === 'exited'
  return {
    kind: 'set-run-status',
    status: isKilled ? 'KILLED' : runStatus[status],
    ...(exit === undefined ? {} : { exit }),
  }
}

function withAttempt(state: JobState, change: Partial<AttemptState>): JobState {
  const present = state.attempts.at(-1)
  if (present === undefined) return state
  return { ...state, attempts: [...state.attempts.slice(0, -1), { ...present, ...change }] }
}

/** As people are told. */
export function statusOf({ phase, outcome }: JobState): JobStatus {
  if (outcome !== undefined) return outcome.status
  return phase === 'submitted' || phase === 'running' ? phase : 'queued'
}
