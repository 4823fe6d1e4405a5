import type { ErrorBody } from '../../protocol/errors.ts'
import type { Execution, ExecutionId } from '../../protocol/kernels.ts'
import type { SessionView } from '../session/session.ts'
import type { ExecuteRequest } from '../session/session-state.ts'

/** What an engine asks the relay of a kernel. */
export interface RelayMethods {
  view: { params: Record<never, never>; result: SessionView }
  executions: { params: Record<never, never>; result: readonly Execution[] }
  execute: { params: ExecuteRequest; result: Execution }
  /** Values of variables that let it in to where its kernel is. They are in its memory alone. */
  secrets: { params: { values: Readonly<Record<string, string>> }; result: Record<never, never> }
  /** Somebody has it open, or looks at what it says. */
  use: { params: Record<never, never>; result: Record<never, never> }
  /** When it is stopped by itself. Absent: never. */
  limits: { params: { idleTimeoutMs?: number }; result: Record<never, never> }
  interrupt: { params: Record<never, never>; result: Record<never, never> }
  restart: { params: Record<never, never>; result: SessionView }
  /** Answers when the kernel is gone; the relay ends then. */
  shutdown: { params: Record<never, never>; result: Record<never, never> }
  input: { params: { executionId: ExecutionId; value: string }; result: Record<never, never> }
  /** Asks the kernel's shell for something other than an execution. */
  ask: {
    params: { type: string; content: Readonly<Record<string, unknown>> }
    result: Readonly<Record<string, unknown>>
  }
}

export type RelayMethod = keyof RelayMethods

export type RelayQuestion = {
  [M in RelayMethod]: { readonly id: number; readonly method: M; readonly params: RelayMethods[M]['params'] }
}[RelayMethod]

/** One JSON object a line, in both directions. The first line of who connects is `{"token": …}`. */
export type RelayAnswer =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: ErrorBody }
  /** The view has changed. */
  | { readonly view: SessionView }

/** In the folder of a kernel. */
export const relayFiles = {
  /** What the kernel is: `KernelSettings`. */
  settings: 'kernel.json',
  /** Where its relay listens: `RelayFile`. */
  relay: 'relay.json',
  /** Whoever has it may write the journal. */
  lock: 'relay.lock',
  log: 'relay.log',
  connection: 'connection.json',
  journal: 'journal',
} as const

export interface RelayFile {
  readonly pid: number
  readonly port: number
  readonly token: string
}
