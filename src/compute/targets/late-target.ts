import { RunwrightError } from '../../protocol/errors.ts'
import type { ComputeTarget, JobHandle } from '../target.ts'

/** How soon one that could not be opened is asked again. */
const pollMs = 2000

/** A target that is opened when it is first asked for something, and connected to when it first has a job. */
export interface LateTarget extends ComputeTarget {
  /** It has had jobs, which are followed. */
  readonly isInUse: boolean
  /** Closes one that is not in use; it is opened anew when it is asked again. */
  close(): Promise<void>
}

/**
 * @param parts.open is called again until it has succeeded. Its failure is told as it is to whoever asks what the
 *   target has; to jobs that are there already it says that the target cannot be reached
 */
export function createLateTarget(parts: { kind(): string; open(): Promise<ComputeTarget> }): LateTarget {
  const watchers = new Set<(handle: JobHandle | undefined) => void>()
  let opening: Promise<ComputeTarget> | undefined
  let opened: ComputeTarget | undefined
  let watching: Disposable | undefined

  function open(): Promise<ComputeTarget> {
    opening ??= parts.open().then(
      (target) => (opened = target),
      (error: unknown) => {
        opening = undefined
        throw error
      },
    )
    return opening
  }

  async function openForJobs(): Promise<ComputeTarget> {
    try {
      const target = await open()
      watching ??= target.watch((handle) => {
        for (const changed of watchers) changed(handle)
      })
      return target
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      throw new RunwrightError('TEMPORARILY_UNAVAILABLE', message, { cause: error })
    }
  }

  async function close(): Promise<void> {
    const target = opening?.catch(() => undefined)
    opening = undefined
    opened = undefined
    await (await target)?.[Symbol.asyncDispose]()
  }

  return {
    get kind() {
      return parts.kind()
    },
    get pollMs() {
      return opened?.pollMs ?? pollMs
    },
    get isInUse() {
      return watching !== undefined
    },
    close,
    capacity: async () => (await open()).capacity(),
    check: async (spec) => (await open()).check(spec),
    submit: async (attempt) => (await openForJobs()).submit(attempt),
    find: async (key) => (await openForJobs()).find(key),
    status: async (handles) => (await openForJobs()).status(handles),
    readLog: async (...args) => (await openForJobs()).readLog(...args),
    requestCheckpoint: async (handle) => (await openForJobs()).requestCheckpoint(handle),
    cancel: async (handle) => (await openForJobs()).cancel(handle),
    forget: async (handle) => (await openForJobs()).forget(handle),
    watch(changed) {
      watchers.add(changed)
      return { [Symbol.dispose]: () => void watchers.delete(changed) }
    },
    [Symbol.asyncDispose]() {
      watching?.[Symbol.dispose]()
      return close()
    },
  }
}
