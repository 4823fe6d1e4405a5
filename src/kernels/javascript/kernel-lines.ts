/**
 * What the relay and the process of a JavaScript kernel say to each other: one JSON object a line, over two pipes of
 * their own. The names and contents are those of Jupyter's messages.
 */

/** From the relay. */
export type LineToKernel =
  | { readonly kind: 'request'; readonly id: string; readonly type: string; readonly content: Content }
  | { readonly kind: 'interrupt' }
  | { readonly kind: 'ping' }

/** From the kernel. */
export type LineFromKernel = { readonly kind: 'ready' } | { readonly kind: 'pong' } | MessageLine

export interface MessageLine {
  readonly kind: 'message'
  readonly channel: 'iopub' | 'shell' | 'stdin'
  readonly type: string
  /** Of the request that it came of; empty for none. */
  readonly parent: string
  readonly content: Content
}

export type Content = Readonly<Record<string, unknown>>

/** Of the kernel's process: what it reads from, what it writes to. */
export const kernelPipes = { input: 3, output: 4 } as const
