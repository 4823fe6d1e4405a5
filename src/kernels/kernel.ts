import type { JupyterMessage } from '../protocol/jupyter-messages.ts'

/**
 * A kernel that runs, wherever that is: the one interface of all kernels.
 *
 * Each implementation promises, and `test/contract/kernel.test.ts` shows on the real thing:
 * - Messages of one channel come in the order the kernel sent them; none is lost or doubled, however slow the reader.
 * - It takes messages off its transport as they come and never waits for the listener.
 * - Once it was given out it answers: nothing that is asked from then on is published before somebody listens.
 * - After its disposal, and after `onEnd`, nothing is told any more.
 */
export interface RunningKernel extends AsyncDisposable {
  /** Of its process, where that is on this machine. */
  readonly pid: number | undefined
  /** Sent in the order of the calls; it does not wait, and a kernel that has ended takes nothing. */
  send(message: JupyterMessage): void
  /** As Ctrl+C: what runs gets an error, and the kernel goes on. */
  interrupt(): Promise<void>
  /** Asks it to end, and ends it where it does not within seconds. Resolves when it is gone. */
  [Symbol.asyncDispose](): Promise<void>
}

export interface KernelListener {
  onMessage(message: JupyterMessage): void
  /** It has ended and nobody asked it to. `reason` is a sentence for people. Called once at most. */
  onEnd(reason: string): void
  /** It does not answer its heartbeat, or does again. */
  onSilence(isSilent: boolean): void
}

/**
 * Starts a kernel and resolves when it answers.
 *
 * @throws RunwrightError that says why it did not start and what to do; CANCELLED by the signal. Nothing is left then.
 */
export type StartKernel = (listener: KernelListener, signal: AbortSignal) => Promise<RunningKernel>
