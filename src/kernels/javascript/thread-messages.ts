import type { Content } from './kernel-lines.ts'

/** What the thread that speaks asks the thread that runs the cells. */
export type Question =
  | { readonly kind: 'evaluate'; readonly cell: CellRequest; readonly expression: string }
  /** Nothing of the cell is to go on. It is asked again until it was heard. */
  | { readonly kind: 'interrupt'; readonly cellId: string }
  /** Says what becomes of the cell, when nobody ends any more what is executed. */
  | { readonly kind: 'stop'; readonly cellId: string }
  | { readonly kind: 'input'; readonly value: string }
  | CodeQuestion

/** About the code at a place in it. */
export interface CodeQuestion {
  readonly kind: 'complete' | 'inspect'
  readonly id: string
  readonly code: string
  /** In UTF-16 units. */
  readonly position: number
  /** For `inspect`: with the source. */
  readonly isDetailed: boolean
}

export interface CellRequest {
  readonly id: string
  readonly count: number
  /** As it was written, for the line that an error points at. */
  readonly code: string
  readonly isSilent: boolean
  readonly allowsInput: boolean
}

/** What it says; all in the order it happened, since it is said over one port. */
export type Answer =
  | { readonly kind: 'ready' }
  | { readonly kind: 'published'; readonly type: string; readonly cellId: string; readonly content: Content }
  | { readonly kind: 'asks'; readonly cellId: string; readonly prompt: string; readonly isPassword: boolean }
  | { readonly kind: 'ended'; readonly cellId: string; readonly error?: CellError }
  /** An interrupt was heard. */
  | { readonly kind: 'stopping'; readonly cellId: string }
  | { readonly kind: 'interrupted'; readonly cellId: string }
  | { readonly kind: 'answered'; readonly id: string; readonly content: Content }
  /** The process ends as soon as all that was said before is written. */
  | { readonly kind: 'leaving' }

/** Of Jupyter's messages of the type `error`. */
export interface CellError {
  readonly ename: string
  readonly evalue: string
  readonly traceback: readonly string[]
}

/**
 * First, what was said and is not written yet, by `weightOf`; beyond the limit the one who says waits. Second, 1 when
 * the process may end.
 */
export type Backlog = Int32Array<SharedArrayBuffer>

/** Of texts: an interrupt is heard behind all that was said before. */
export const maxBacklog = 1 << 19

/** What something counts in the backlog: its characters, and as much again as many short ones cost. */
export function weightOf(answer: Answer): number {
  const text = answer.kind === 'published' ? answer.content['text'] : undefined
  return typeof text === 'string' ? text.length + 250 : 0
}
