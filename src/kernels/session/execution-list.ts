import type { Execution, ExecutionId, JournalRecord } from '../../protocol/kernels.ts'

/** Executions as a journal tells of them, the newest 10,000 in the order they were asked for. */
export interface ExecutionList {
  get(executionId: ExecutionId): Execution | undefined
  list(): readonly Execution[]
  add(record: JournalRecord): void
}

const most = 10_000

export function createExecutionList(): ExecutionList {
  const byId = new Map<ExecutionId, Execution>()

  function change(executionId: ExecutionId, more: Partial<Execution>): void {
    const known = byId.get(executionId)
    if (known !== undefined) byId.set(executionId, { ...known, ...more })
  }

  return {
    get: (executionId) => byId.get(executionId),
    list: () => [...byId.values()],
    add(record) {
      const { at, seq } = record
      switch (record.kind) {
        case 'queued': {
          const { executionId, cell } = record
          byId.set(executionId, { executionId, cell, status: 'queued', queuedAt: at, firstSeq: seq })
          const [oldest] = byId.keys()
          if (byId.size > most && oldest !== undefined) byId.delete(oldest)
          return
        }
        case 'started':
          return change(record.executionId, { status: 'running', startedAt: at })
        case 'ended': {
          const { executionId, status, executionCount } = record
          return change(executionId, {
            status,
            endedAt: at,
            ...(executionCount === undefined ? {} : { executionCount }),
          })
        }
        default:
      }
    },
  }
}
