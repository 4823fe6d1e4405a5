import { RunwrightError } from '../../protocol/errors.ts'
import type { JupyterMessage } from '../../protocol/jupyter-messages.ts'
import type { RunningKernel, StartKernel } from '../kernel.ts'

/** Where the kernel of a session is, over every restart of it: one at a time, or none. */
export interface KernelSlot {
  readonly pid: number | undefined
  readonly isSilent: boolean
  /** Starts one; what becomes of it is told. The one before it has to be stopped. */
  begin(): void
  /** Resolves when no process of it is left. Nothing is told of it any more. */
  stop(): Promise<void>
  /** Where there is none, nobody is sent anything. */
  send(message: JupyterMessage): void
  interrupt(): Promise<void>
}

export interface KernelSlotParts {
  readonly start: StartKernel
  onReady(): void
  onMessage(message: JupyterMessage): void
  /** It has ended by itself, or could not be started. */
  onEnd(reason: string): void
  onSilence(): void
}

export function createKernelSlot({ start, onReady, onMessage, onEnd, onSilence }: KernelSlotParts): KernelSlot {
  let kernel: RunningKernel | undefined
  let isSilent = false
  let current = new AbortController()
  let started: Promise<void> = Promise.resolve()

  async function begin(mine: AbortController): Promise<void> {
    // Messages of a kernel that was replaced are nobody's.
    const isCurrent = () => current === mine && !mine.signal.aborted
    const end = (reason: string) => {
      if (!isCurrent()) return
      kernel = undefined
      mine.abort()
      onEnd(reason)
    }
    const listener = {
      onMessage: (message: JupyterMessage) => isCurrent() && onMessage(message),
      onEnd: end,
      onSilence(silent: boolean) {
        if (!isCurrent() || isSilent === silent) return
        isSilent = silent
        onSilence()
      },
    }
    try {
      const opened = await start(listener, mine.signal)
      if (!isCurrent()) return await opened[Symbol.asyncDispose]()
      kernel = opened
      onReady()
    } catch (error) {
      end(error instanceof RunwrightError ? [error.message, error.hint].filter(Boolean).join(' ') : String(error))
    }
  }

  return {
    get pid() {
      return kernel?.pid
    },
    get isSilent() {
      return isSilent
    },
    begin() {
      current = new AbortController()
      isSilent = false
      started = begin(current)
    },
    async stop() {
      const old = kernel
      kernel = undefined
      current.abort()
      await old?.[Symbol.asyncDispose]()
      await started
    },
    send: (message) => kernel?.send(message),
    interrupt: async () => kernel?.interrupt(),
  }
}
