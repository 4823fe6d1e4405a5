import { formatMoment } from '../../../base/markdown-table.ts'
import { isRecord } from '../../../protocol/json.ts'
import type { RunDiff } from '../../../protocol/run-diff.ts'
import { englishDiffLabels, formatDiffCell, nameRuns, selectRows } from '../../../protocol/run-diff-text.ts'
import { type ShownData, showTables, type ShownTable, tablesOf } from './show-tables.ts'

/** @param data of `runwright runs list --json` */
export function showRuns(data: unknown): ShownData {
  const sections = isRecord(data) && Array.isArray(data['experiments']) ? data['experiments'] : []
  return showTables('runs', data, sections.filter(isRecord).map(toTable))
}

const maxParams = 4

function toTable({ experiment, total, runs, columns, bestRunId }: Record<string, unknown>): ShownTable {
  const rows = listOf(runs)
  const values = rows.map((run) => (Array.isArray(run['values']) ? run['values'] : []))
  const all = listOf(columns).map(({ kind, key }, place) => ({ kind, key: String(key), place }))
  const differs = (place: number) => new Set(values.map((each): unknown => each[place])).size > 1
  const params = all.filter(({ kind, place }) => kind === 'param' && differs(place)).slice(0, maxParams)
  const shown = [...all.filter(({ kind }) => kind === 'metric'), ...params]
  return {
    title: `${String(experiment)} (${rows.length === total ? '' : `${rows.length} of `}${String(total)})`,
    columns: ['', 'RUN', 'NAME', 'STATUS', ...shown.map(({ key }) => key), 'STARTED (UTC)'],
    rows: rows.map((run, index) => [
      run['runId'] === bestRunId ? '★' : '',
      String(run['runId']).slice(0, 8),
      run['name'],
      run['status'],
      ...shown.map(({ place }): unknown => values[index]?.[place]),
      formatMoment(Number(run['startTime'])),
    ]),
  }
}

function listOf(value: unknown): readonly Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter(isRecord) : []
}

/** @param data of `runwright compare --json` */
export function showComparison(data: unknown): ShownData {
  if (!isRecord(data) || !('sections' in data)) return showTables('artifact-comparison', data, tablesOf(data))
  // SAFETY: the command line that was started prints what the engine of its own version has answered.
  const diff = data as unknown as RunDiff
  const names = nameRuns(diff.runs)
  const sections = selectRows(diff, true).map(({ name, rows }) => ({
    title: englishDiffLabels.sections[name],
    columns: ['', ...names],
    rows: rows.map((row) => [
      row.key,
      ...row.values.map((_, place) => formatDiffCell(name, row, place, englishDiffLabels)),
    ]),
  }))
  const equal = { title: englishDiffLabels.nothing, columns: [], rows: [] }
  return showTables('comparison', data, sections.length === 0 ? [equal] : sections)
}
