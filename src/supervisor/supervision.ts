import type { RunStatus } from '../protocol/runs.ts'

/** How a command ended: with an exit code, by a signal, or without anyone having seen it (then both are null). */
export interface CommandExit {
  readonly exitCode: number | null
  readonly signal: string | null
}

/** Where the watch over one command stands. */
export type Supervision =
  | { readonly phase: 'running'; readonly passedOn: boolean }
  /** Someone asked for the run to stop, and the command has been told. */
  | { readonly phase: 'stopping' }
  | { readonly phase: 'ended'; readonly status: RunStatus; readonly exit: CommandExit }

export type SupervisionEvent =
  /** A signal came to the supervisor, from the terminal or from another process. */
  | { readonly kind: 'signal'; readonly signal: NodeJS.Signals }
  | { readonly kind: 'stop-requested' }
  | { readonly kind: 'grace-over' }
  | { readonly kind: 'exited'; readonly exit: CommandExit }

export type SupervisionEffect =
  /** Send the signal to the whole process group of the command. */
  | { readonly kind: 'send'; readonly signal: NodeJS.Signals }
  /** Answer with `grace-over` after this time. */
  | { readonly kind: 'start-grace'; readonly graceMs: number }
  /** Record the end of the run; nothing follows. */
  | { readonly kind: 'end'; readonly status: RunStatus; readonly exit: CommandExit }

/** What a command gets between SIGTERM and SIGKILL. */
export const graceMs = 10_000

export const initialSupervision: Supervision = { phase: 'running', passedOn: false }

/** The next state and what is to be done for it. Pure. */
export function step(
  state: Supervision,
  event: SupervisionEvent,
): { readonly state: Supervision; readonly effects: readonly SupervisionEffect[] } {
  if (state.phase === 'ended') return { state, effects: [] }
  switch (event.kind) {
    case 'signal':
      return {
        state: state.phase === 'running' ? { ...state, passedOn: true } : state,
        effects: [{ kind: 'send', signal: event.signal }],
      }
    case 'stop-requested':
      if (state.phase === 'stopping') return { state, effects: [] }
      return {
        state: { phase: 'stopping' },
        effects: [
          { kind: 'send', signal: 'SIGTERM' },
          { kind: 'start-grace', graceMs },
        ],
      }
    case 'grace-over':
      return { state, effects: [{ kind: 'send', signal: 'SIGKILL' }] }
    case 'exited': {
      const status = statusOf(state, event.exit)
      return {
        state: { phase: 'ended', status, exit: event.exit },
        effects: [{ kind: 'end', status, exit: event.exit }],
      }
    }
  }
}

/**
 * A run that was asked to stop was killed, however politely its command left. A command that ended well in spite of a
 * signal (saved its model on Ctrl-C, say) has finished.
 */
function statusOf(state: Exclude<Supervision, { phase: 'ended' }>, { exitCode, signal }: CommandExit): RunStatus {
  if (state.phase === 'stopping' || signal !== null || exitCode === null) return 'KILLED'
  if (exitCode === 0) return 'FINISHED'
  return state.passedOn ? 'KILLED' : 'FAILED'
}
