import type { ExecutionId } from '../protocol/kernels.ts'
import type { Notebook } from '../protocol/notebook-file.ts'
import type { HeldKernel } from './held-kernel.ts'
import { createRanNotebook } from './ran-notebook.ts'

type Followed = Pick<HeldKernel, 'journal' | 'describe' | 'newsCount' | 'waitForNews'>

/** What a kernel has run, as a notebook, for who asks cell by cell: no record of its journal is read twice for that. */
export interface FollowedNotebook {
  /** Until the end of the execution, which it waits for. Undefined where that does not come: of a kernel that is dead. */
  until(executionId: ExecutionId): Promise<Notebook | undefined>
}

/**
 * Nothing is read but while somebody waits.
 *
 * @param signal ends all waiting
 * @param aside an execution that is of no cell, and to be in the notebook all the same
 */
export function followNotebook(kernel: Followed, signal: AbortSignal, aside?: ExecutionId): FollowedNotebook {
  const ran = createRanNotebook(aside)
  const ended = new Set<ExecutionId>()
  const waiting = new Map<ExecutionId, PromiseWithResolvers<Notebook | undefined>>()
  let after = 0
  let isReading = false

  /** What had ended before it was asked for, or is of no cell. */
  const readAnew = (executionId: ExecutionId) => followNotebook(kernel, signal, executionId).until(executionId)

  function end(executionId: ExecutionId): void {
    ended.add(executionId)
    const { resolve } = waiting.get(executionId) ?? {}
    waiting.delete(executionId)
    const isThere = ran.has(executionId) || executionId === aside
    resolve?.(isThere ? ran.read(executionId, kernel.describe()) : readAnew(executionId))
  }

  /** @returns false when nothing more will come */
  async function readPage(): Promise<boolean> {
    const { newsCount } = kernel
    const page = await kernel.journal.read({ after, limit: 1000 })
    for (const record of page.records) {
      const executionId = ran.take(record)
      after = record.seq
      if (executionId !== undefined) end(executionId)
    }
    after = page.next
    if (page.hasMore || waiting.size === 0) return true
    if (kernel.describe().status === 'dead') return false
    await kernel.waitForNews(newsCount, signal)
    return !signal.aborted
  }

  async function readWhileAsked(): Promise<void> {
    isReading = true
    // Who asks while a page is read is waited for by the next one.
    while (waiting.size > 0) {
      try {
        if (await readPage()) continue
        for (const { resolve } of waiting.values()) resolve(undefined)
      } catch (error) {
        for (const { reject } of waiting.values()) reject(error)
      }
      waiting.clear()
    }
    isReading = false
  }

  return {
    until(executionId) {
      if (ended.has(executionId)) return readAnew(executionId)
      const asked = waiting.get(executionId) ?? Promise.withResolvers()
      waiting.set(executionId, asked)
      if (!isReading) void readWhileAsked()
      return asked.promise
    },
  }
}
