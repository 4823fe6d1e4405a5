import type { TableColumn } from '../protocol/run-table.ts'
import type { Run } from '../protocol/runs.ts'
import type { MemoryRun } from './memory-table.ts'

/** A run as a table in memory takes it. Of a metric only the last value is known: its least and greatest are not. */
export function toMemoryRun(run: Run): MemoryRun {
  const metrics = new Map(run.metrics.map(({ key, value }) => [key, value]))
  const params = new Map(run.params.map(({ key, value }) => [key, value]))
  const tags = new Map(run.tags.map(({ key, value }) => [key, value]))
  const { runId, experimentId, name, status, lifecycleStage, startTime } = run
  const attributes = {
    run_id: runId,
    run_name: name,
    status,
    user_id: run.userId,
    start_time: startTime,
    end_time: run.endTime,
    duration: run.endTime === undefined ? undefined : run.endTime - startTime,
  }
  return {
    runId,
    experimentId,
    name,
    status,
    lifecycleStage,
    startTime,
    value(column: TableColumn) {
      switch (column.kind) {
        case 'metric':
          return column.aggregate === 'last' ? metrics.get(column.key) : undefined
        case 'param':
          return params.get(column.key)
        case 'tag':
          return tags.get(column.key)
        case 'attribute':
          return attributes[column.key]
        case 'dataset': {
          const names = run.datasets.map(({ dataset }) => `${dataset.name} (${dataset.digest})`)
          return names.length === 0 ? undefined : names.join(', ')
        }
      }
    },
  }
}
