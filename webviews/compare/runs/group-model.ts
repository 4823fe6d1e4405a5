import { RunwrightError } from '../../../src/protocol/errors.ts'
import type { Methods } from '../../../src/protocol/methods.ts'
import type { GroupedColumn, TableColumn, TableGroup } from '../../../src/protocol/run-table.ts'
import type { Stretch } from '../../shared/grid/column-layout.ts'
import { columnId } from './column-name.ts'
import { toGroupCondition } from './filter-terms.ts'
import type { RowSource } from './row-source.ts'
import type { LineCell, TableLine, TableModel } from './table-model.ts'

type MetricColumn = TableColumn & { kind: 'metric' }

export interface GroupModelParts {
  readonly by: readonly TableColumn[]
  load(metrics: readonly MetricColumn[], signal: AbortSignal): Promise<Methods['table/groups']['result']>
  /** The runs for which a condition holds, beside the table's own filter. */
  openRuns(condition: string): RowSource
  /** Runs of the experiments, whatever the filter. */
  loadRunCount(signal: AbortSignal): Promise<number>
  nameGroup(group: TableGroup): string
  /** Groups that are open from the first on, as another model named them. */
  readonly openGroups: readonly string[]
  changed(): void
  failed(error: RunwrightError): void
}

/** Runs in groups: a line for each group, and below it those of its runs while it is open. */
export function createGroupModel(parts: GroupModelParts): TableModel {
  const { by } = parts
  const columns = new Map<string, GroupedColumn>()
  const open = new Map<string, RowSource>()
  const toBeOpened = new Set(parts.openGroups)
  let groups: readonly TableGroup[] | undefined
  let runCount = 0
  let wanted: readonly MetricColumn[] = []
  let underWay: AbortController | undefined
  let isStale = true
  let isClosed = false

  const keyOf = (group: TableGroup) => JSON.stringify(group.by)
  const conditionOf = (group: TableGroup) => toGroupCondition(by, group.by)

  /** Each group's lines from the line of its own on. */
  function layOut(): { group: TableGroup; index: number; start: number; source: RowSource | undefined }[] {
    let start = 0
    return (groups ?? []).map((group, index) => {
      const source = open.get(keyOf(group))
      const placed = { group, index, start, source }
      start += 1 + (source === undefined ? 0 : (source.totals?.total ?? group.runCount))
      return placed
    })
  }
  let placed = layOut()

  const find = (line: number) => placed.findLast(({ start }) => start <= line)

  async function fetchGroups(): Promise<void> {
    const missing = wanted.filter((column) => isStale || !columns.has(columnId(column)))
    if (isClosed || underWay !== undefined || (!isStale && missing.length === 0)) return
    const controller = (underWay = new AbortController())
    const isAnew = isStale
    isStale = false
    try {
      const answer = await parts.load(missing, controller.signal)
      if (isAnew) runCount = await parts.loadRunCount(controller.signal)
      keep(answer, missing, isAnew)
    } catch (error) {
      if (!(error instanceof RunwrightError)) throw error
      isClosed = true
      if (!controller.signal.aborted) parts.failed(error)
    }
    underWay = undefined
    if (!isClosed) parts.changed()
    void fetchGroups()
  }

  function keep(answer: Methods['table/groups']['result'], metrics: readonly MetricColumn[], isAnew: boolean): void {
    const isSame = !isAnew && JSON.stringify(answer.groups) === JSON.stringify(groups)
    if (!isSame) columns.clear()
    groups = answer.groups
    for (const [index, column] of metrics.entries()) {
      const values = answer.columns[index]
      if (values !== undefined) columns.set(columnId(column), values)
    }
    if (isAnew) openAgain()
    placed = layOut()
  }

  function openAgain(): void {
    for (const group of groups ?? []) {
      const condition = conditionOf(group)
      if (condition !== undefined && toBeOpened.delete(keyOf(group))) open.set(keyOf(group), parts.openRuns(condition))
    }
  }

  function line(index: number): TableLine | undefined {
    const found = find(index)
    if (found === undefined) return undefined
    const { group, start, source } = found
    if (index > start) return { kind: 'run', row: source?.row(index - start - 1), isInGroup: true }
    const canOpen = conditionOf(group) !== undefined
    const { runCount } = group
    return { kind: 'group', name: parts.nameGroup(group), runCount, isOpen: source !== undefined, canOpen }
  }

  function groupCell(index: number, group: TableGroup, column: TableColumn): LineCell {
    const place = by.findIndex((grouped) => columnId(grouped) === columnId(column))
    if (place >= 0) return { value: group.by[place] ?? undefined }
    if (column.kind !== 'metric') return { value: undefined }
    const values = columns.get(columnId(column))
    if (values === undefined) return 'loading'
    const count = values.counts[index] ?? 0
    if (count === 0) return { value: undefined }
    const at = (numbers: Float64Array) => numbers[index] ?? Number.NaN
    return {
      mean: at(values.means),
      deviation: at(values.standardDeviations),
      min: at(values.mins),
      max: at(values.maxs),
      count,
    }
  }

  return {
    pinnedCount: 0,
    get lineCount() {
      const last = placed.at(-1)
      if (last === undefined) return 0
      return last.start + 1 + (last.source === undefined ? 0 : (last.source.totals?.total ?? last.group.runCount))
    },
    get totals() {
      if (groups === undefined) return undefined
      return { total: groups.reduce((sum, group) => sum + group.runCount, 0), runCount }
    },
    get isReady() {
      return groups !== undefined
    },
    line,
    cell(index, column) {
      const found = find(index)
      if (found === undefined) return 'loading'
      const { group, start, source } = found
      if (index === start) return groupCell(found.index, group, column)
      return source?.cell(index - start - 1, column) ?? 'loading'
    },
    bests: () => [],
    want(lines, shown) {
      wanted = shown.filter((column) => column.kind === 'metric')
      void fetchGroups()
      placed = layOut()
      for (const { start, source } of placed) source?.want(clip(lines, start + 1), shown)
    },
    refresh(areTotalsStale) {
      isStale = true
      void fetchGroups()
      for (const source of open.values()) source.refresh(areTotalsStale)
    },
    toggle(index) {
      const found = find(index)
      const condition = found && conditionOf(found.group)
      if (found === undefined || condition === undefined || index !== found.start) return
      const key = keyOf(found.group)
      if (found.source === undefined) open.set(key, parts.openRuns(condition))
      else {
        found.source.close()
        open.delete(key)
      }
      placed = layOut()
      parts.changed()
    },
    get openGroups() {
      return [...open.keys()]
    },
    loadedRunIds: (limit) => [...open.values()].flatMap((source) => source.loadedRunIds(limit)).slice(0, limit),
    close() {
      isClosed = true
      underWay?.abort()
      for (const source of open.values()) source.close()
    },
  }
}

/** The part of the lines that belongs to a source whose first row is at `start`; sources clip the end themselves. */
function clip({ from, to }: Stretch, start: number): Stretch {
  return { from: Math.max(0, from - start), to: Math.max(0, to - start) }
}
