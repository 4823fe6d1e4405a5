import { compareGroupKeys, nameGroup } from '../../protocol/group-key.ts'
import type { Methods } from '../../protocol/methods.ts'
import type { GroupedColumn, TableColumn } from '../../protocol/run-table.ts'
import type { MemoryRun } from './memory-run.ts'

/** Runs that agree in the columns, with mean and spread of metrics; the largest groups first. */
export function groupRuns(
  runs: readonly MemoryRun[],
  by: readonly TableColumn[],
  metrics: readonly TableColumn[],
  maxGroups: number,
): Methods['table/groups']['result'] {
  const keyOf = (run: MemoryRun) => by.map((column) => run.value(column) ?? null)
  const groups = [...Map.groupBy(runs, (run) => nameGroup(keyOf(run))).values()]
    .map((members) => ({ members, by: members.slice(0, 1).flatMap(keyOf) }))
    .toSorted((a, b) => b.members.length - a.members.length || compareGroupKeys(a.by, b.by))
    .slice(0, maxGroups)
  return {
    groups: groups.map(({ by, members }) => ({ by, runCount: members.length })),
    columns: metrics.map((column) => summarize(groups.map(({ members }) => listFinite(members, column)))),
  }
}

function listFinite(runs: readonly MemoryRun[], column: TableColumn): number[] {
  return runs.flatMap((run) => {
    const value = run.value(column)
    return typeof value === 'number' && Number.isFinite(value) ? [value] : []
  })
}

function summarize(groups: readonly (readonly number[])[]): GroupedColumn {
  const means = groups.map((values) => values.reduce((sum, value) => sum + value, 0) / values.length)
  const over = (of: (values: readonly number[], mean: number) => number) =>
    Float64Array.from(groups, (values, group) => (values.length === 0 ? Number.NaN : of(values, means[group] ?? 0)))
  return {
    counts: Uint32Array.from(groups, ({ length }) => length),
    means: over((_, mean) => mean),
    standardDeviations: over((values, mean) => {
      const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
      return values.length === 1 ? 0 : Math.sqrt(squares / (values.length - 1))
    }),
    mins: over((values) => values.reduce((least, value) => Math.min(least, value))),
    maxs: over((values) => values.reduce((greatest, value) => Math.max(greatest, value))),
  }
}
