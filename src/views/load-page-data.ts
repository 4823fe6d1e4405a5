import type { Language } from '../base/languages.ts'
import { curveAxes } from '../protocol/curves.ts'
import type { RunId } from '../protocol/ids.ts'
import { isRecord } from '../protocol/json.ts'
import type { Methods } from '../protocol/methods.ts'
import type { PageCurve, PageData } from '../protocol/page-data.ts'
import { runAttributes, type TableColumn, type TableRow } from '../protocol/run-table.ts'
import type { SavedView } from '../protocol/saved-view.ts'
import { column as parseColumn } from '../protocol/table-parse.ts'
import { tagNames } from '../protocol/tag-names.ts'
import { toColumnValues } from '../protocol/column-values.ts'
import { type ExportTable, loadTable, type LoadOptions, type TablePage } from './load-table.ts'

/** A curve in the page is as exact as it is wide on a large screen. */
const buckets = 1000
const curvesOfCall = 100
/** Runs that the charts show while none are chosen. */
const newestCount = 10
/** Metrics that are kept of a view without charts yet. */
const fewMetrics = 12
const maxDiffed = 100

/** What a page needs of the engine: every run of the view with the columns that anything in it shows. */
export async function loadPageData(options: LoadOptions & { readonly language: Language }): Promise<PageData> {
  const { client, view, signal, language } = options
  const { experiments } = await client.call('experiments/list', {})
  const experimentIds = experiments
    .filter(({ name }) => view.experiments.includes(name))
    .map((found) => found.experimentId)
  const allKeys = await client.call('table/keys', { experimentIds })
  const metrics = listMetrics(view, allKeys)
  const columns = listNeeded(view, allKeys, metrics)
  const shown = columns.map((column) => ({ column, width: 100, pinned: false }))
  // Hidden runs come along, as they can be shown again.
  const table = await loadTable({ ...options, view: { ...view, hidden: [], columns: shown } })
  const { rows, cells } = await readAll(table, experimentIds[0])
  const firstCount = newestCount + (view.pinned?.length ?? 0)
  const chosen = view.chosen.length > 0 ? view.chosen : rows.slice(0, firstCount).map(({ runId }) => runId)
  const diffed = view.chosen.slice(0, maxDiffed)
  return {
    view,
    experimentIds,
    language,
    keys: {
      metrics,
      params: columns.flatMap((column) => (column.kind === 'param' ? [column.key] : [])),
      tags: columns.flatMap((column) => (column.kind === 'tag' ? [column.key] : [])),
      headline: allKeys.headline,
    },
    rows,
    columns: table.columns.map(({ column }, place) => ({ column, values: toColumnValues(column, cells[place] ?? []) })),
    curves: await loadCurves(client, chosen, metrics, signal),
    diff: diffed.length < 2 ? null : await client.call('runs/diff', { runIds: diffed }, { signal }),
  }
}

/** Those of the charts, else the headline and some more. */
function listMetrics({ charts }: SavedView, { metrics, headline }: Methods['table/keys']['result']): string[] {
  const drawn = charts.flatMap((chart) => ('keys' in chart ? chart.keys : []))
  const first = headline === null ? [] : [headline.key]
  return [...new Set(charts.length > 0 ? drawn : [...first, ...metrics.slice(0, fewMetrics)])]
}

function listNeeded(view: SavedView, keys: Methods['table/keys']['result'], metrics: readonly string[]): TableColumn[] {
  const shown = view.columns.map(({ column }) => column)
  const atFirst: TableColumn[] = keys.params.slice(0, fewMetrics).map((key) => ({ kind: 'param', key }))
  const needed: TableColumn[] = [
    ...runAttributes.map((key) => ({ kind: 'attribute', key }) as const),
    { kind: 'tag', key: tagNames.starred },
    { kind: 'tag', key: tagNames.note },
    ...metrics.map((key) => ({ kind: 'metric', key, aggregate: 'last' }) as const),
    ...(shown.length > 0 ? shown : atFirst),
    ...view.groupBy,
    ...view.order.map(({ column }) => column),
    ...findColumns(view.charts),
  ]
  return [...new Map(needed.map((column) => [JSON.stringify(column), column])).values()]
}

/** The columns that charts of any kind name, wherever in them. */
function findColumns(value: unknown): TableColumn[] {
  if (Array.isArray(value)) return value.flatMap(findColumns)
  if (!isRecord(value)) return []
  try {
    return [parseColumn(value, '')]
  } catch {
    return Object.values(value).flatMap(findColumns)
  }
}

type Cells = (string | number | undefined)[][]

async function readAll(
  { columns, pages }: ExportTable,
  experimentId: PageData['experimentIds'][number] | undefined,
): Promise<{ rows: TableRow[]; cells: Cells }> {
  const rows: TableRow[] = []
  const cells: Cells = columns.map(() => [])
  for await (const page of pages()) {
    for (const [place, values] of cells.entries()) {
      for (let row = 0; row < page.rowCount; row += 1) values.push(page.cell(row, place))
    }
    rows.push(...listRows(page, experimentId))
  }
  return { rows, cells }
}

function listRows({ rows }: TablePage, experimentId: PageData['experimentIds'][number] | undefined): TableRow[] {
  // One engine's ids are nothing to the reader of the page.
  return experimentId === undefined ? [] : rows.map((row) => ({ ...row, experimentId }))
}

async function loadCurves(
  client: LoadOptions['client'],
  runIds: readonly RunId[],
  keys: readonly string[],
  signal: AbortSignal,
): Promise<PageCurve[]> {
  const names = runIds.flatMap((runId) => keys.map((key) => ({ runId, key })))
  const loaded: PageCurve[] = []
  for (const axis of curveAxes) {
    for (let from = 0; from < names.length; from += curvesOfCall) {
      const curves = names.slice(from, from + curvesOfCall)
      const answer = await client.call('curves/window', { curves, axis, buckets }, { signal })
      for (const [place, name] of curves.entries()) {
        const window = answer.curves[place]
        if (window !== undefined && window.kind !== 'missing') loaded.push({ ...name, axis, window })
      }
    }
  }
  return loaded
}
