import { RunwrightError } from '../../../src/protocol/errors.ts'
import type { RunId } from '../../../src/protocol/ids.ts'
import type { Methods } from '../../../src/protocol/methods.ts'
import { type ColumnValues, getCell, type TableColumn, type TableRow } from '../../../src/protocol/run-table.ts'
import type { Stretch } from '../../shared/grid/column-layout.ts'
import { columnId } from './column-name.ts'
import { type Best, findBest } from './find-best.ts'

type Answer = Methods['table/rows']['result']

export interface PageRequest {
  readonly columns: readonly TableColumn[]
  readonly offset: number
  readonly limit: number
  readonly areTotalsKnown: boolean
  /** What is there of the page, which need not be sent again. */
  readonly known?: NonNullable<Methods['table/rows']['params']['known']>
}

export interface RowSourceParts {
  load(request: PageRequest, signal: AbortSignal): Promise<Answer>
  /** Something arrived. */
  changed(): void
  failed(error: RunwrightError): void
  /** Known from another source over the same runs. */
  readonly totals?: Totals
}

export interface Totals {
  readonly total: number
  readonly runCount: number
}

/** A cell's value; `loading` when it is still to come. */
export type SourceCell = { readonly value: string | number | undefined } | 'loading'

/** The rows of one query, fetched as they are looked at. */
export interface RowSource {
  /** Undefined until the first page has arrived. */
  readonly totals: Totals | undefined
  /** Every row in sight has arrived. */
  readonly isComplete: boolean
  row(index: number): TableRow | undefined
  cell(index: number, column: TableColumn): SourceCell
  /** The best of the loaded values of a metric. */
  best(column: TableColumn & { kind: 'metric' }): Best
  /** What is looked at now: fetches what of it is missing, and gives up what is not looked at any more. */
  want(rows: Stretch, columns: readonly TableColumn[]): void
  /** What is there is out of date; it is shown until what is new arrives. */
  refresh(areTotalsStale: boolean): void
  /** Runs of all rows that are there, from the first on, at most so many. */
  loadedRunIds(limit: number): RunId[]
  close(): void
}

interface Page {
  readonly rows: readonly TableRow[]
  readonly columns: Map<string, ColumnValues>
  /** Of the rows, and of the columns by their ids; empty where the engine told none. */
  readonly digests: { readonly rows: string; readonly columns: Map<string, string> }
  /** The refresh that it answers. */
  readonly version: number
}

export const pageSize = 100
/** Rows beyond those in sight whose pages are fetched before they are looked at: more than a turn of the wheel. */
const rowsAhead = 50
const maxPages = 100

export function createRowSource(parts: RowSourceParts): RowSource {
  const pages = new Map<number, Page>()
  const underWay = new Map<number, AbortController>()
  const bests = new Map<string, Best>()
  let { totals } = parts
  let areTotalsStale = totals === undefined
  let version = 0
  let hasFailed = false
  let wanted: { rows: Stretch; columns: readonly TableColumn[] } = { rows: { from: 0, to: 0 }, columns: [] }

  const pageOf = (row: number) => Math.floor(row / pageSize)

  /** The wanted pages: none behind the last row, and the first one while nobody knows how many there are. */
  function isWanted(page: number): boolean {
    const to = totals === undefined ? Math.max(1, wanted.rows.to) : Math.min(wanted.rows.to, totals.total)
    const isNeededForTotals = areTotalsStale && page === pageOf(Math.min(wanted.rows.from, Math.max(0, to - 1)))
    return isNeededForTotals || (to > wanted.rows.from && page >= pageOf(wanted.rows.from) && page <= pageOf(to - 1))
  }

  /** The pages that may be looked at next. */
  function isNear(page: number): boolean {
    const { from, to } = wanted.rows
    if (totals === undefined || to <= from) return false
    const last = Math.min(to + rowsAhead, totals.total) - 1
    return page >= pageOf(Math.max(0, from - rowsAhead)) && page <= pageOf(Math.max(0, last))
  }

  function pump(): void {
    if (hasFailed) return
    for (const [page, controller] of underWay) if (!isWanted(page) && !isNear(page)) controller.abort()
    const { from, to } = wanted.rows
    const first = pageOf(Math.max(0, Math.min(from, totals?.total ?? 0) - pageSize))
    const last = pageOf(Math.max(from, to - 1) + rowsAhead)
    for (let page = first; page <= last; page += 1) {
      if (!isWanted(page) || underWay.has(page)) continue
      const present = pages.get(page)
      const isFresh = present?.version === version
      const missing = wanted.columns.filter((column) => !isFresh || !present.columns.has(columnId(column)))
      if (!isFresh || missing.length > 0) void fetchPage(page, missing)
    }
    // What is in sight comes first.
    if (underWay.size > 0) return
    for (let page = first; page <= last; page += 1) {
      if (isNear(page) && !pages.has(page)) void fetchPage(page, wanted.columns)
    }
  }

  async function fetchPage(page: number, columns: readonly TableColumn[]): Promise<void> {
    const controller = new AbortController()
    const asked = { version, totals: areTotalsStale }
    underWay.set(page, controller)
    areTotalsStale = false
    const present = pages.get(page)
    const known = listDigests(present, columns)
    const request = { columns, offset: page * pageSize, limit: pageSize, areTotalsKnown: !asked.totals, known }
    try {
      keep(page, columns, restore(await parts.load(request, controller.signal), columns, present), asked.version)
    } catch (error) {
      areTotalsStale ||= asked.totals
      if (!controller.signal.aborted) fail(error)
    }
    underWay.delete(page)
    if (!controller.signal.aborted && !hasFailed && (isWanted(page) || asked.totals)) parts.changed()
    pump()
  }

  function fail(error: unknown): void {
    if (!(error instanceof RunwrightError)) throw error
    hasFailed = true
    parts.failed(error)
  }

  function keep(page: number, columns: readonly TableColumn[], answer: Answer, askedVersion: number): void {
    const arrived = columns.flatMap((column, index) => {
      const values = answer.columns[index]
      return values === undefined ? [] : [[columnId(column), values] as const]
    })
    const present = pages.get(page)
    // Columns that came with other rows belong to those.
    const isSame = present?.version === askedVersion && hasSameRows(present.rows, answer.rows)
    const kept = isSame ? present.columns : []
    const told = columns.map((column, index) => [columnId(column), answer.delta?.digests.columns[index] ?? ''] as const)
    const digests = {
      rows: answer.delta?.digests.rows ?? '',
      columns: new Map([...(isSame ? present.digests.columns : []), ...told]),
    }
    pages.set(page, { rows: answer.rows, columns: new Map([...kept, ...arrived]), digests, version: askedVersion })
    bests.clear()
    const { total, runCount } = answer
    if (total !== undefined && runCount !== undefined) totals = { total, runCount }
    if (pages.size > maxPages) for (const other of pages.keys()) if (!isWanted(other)) return void pages.delete(other)
  }

  return {
    get totals() {
      return totals
    },
    get isComplete() {
      return totals !== undefined && [...underWay.keys()].every((page) => !isWanted(page) || pages.has(page))
    },
    row: (index) => pages.get(pageOf(index))?.rows[index % pageSize],
    cell(index, column) {
      const page = pages.get(pageOf(index))
      const values = page?.columns.get(columnId(column))
      return values === undefined ? 'loading' : { value: getCell(values, index % pageSize) }
    },
    best(column) {
      const id = columnId(column)
      const present = bests.get(id)
      if (present !== undefined) return present
      const values = [...pages.values()].flatMap(({ columns }) => columns.get(id) ?? [])
      const found = findBest(values, column.key)
      bests.set(id, found)
      return found
    },
    want(rows, columns) {
      wanted = { rows, columns }
      pump()
    },
    refresh(areStale) {
      version += 1
      areTotalsStale ||= areStale
      hasFailed = false
      for (const page of pages.keys()) if (!isWanted(page) && !isNear(page)) pages.delete(page)
      pump()
    },
    loadedRunIds(limit) {
      const inOrder = [...pages].toSorted(([a], [b]) => a - b)
      return inOrder.flatMap(([, { rows }]) => rows.map(({ runId }) => runId)).slice(0, limit)
    },
    close() {
      hasFailed = true
      for (const controller of underWay.values()) controller.abort()
    },
  }
}

function listDigests(page: Page | undefined, columns: readonly TableColumn[]): PageRequest['known'] & object {
  return {
    rows: page?.digests.rows ?? '',
    columns: columns.map((column) => page?.digests.columns.get(columnId(column)) ?? ''),
  }
}

/** An answer with what was left out because it is there. */
function restore(answer: Answer, columns: readonly TableColumn[], page: Page | undefined): Answer {
  const { delta } = answer
  if (delta === undefined || page === undefined) return answer
  return {
    ...answer,
    rows: delta.isSameRows ? page.rows : answer.rows,
    columns: columns.flatMap((column, index) => {
      const place = delta.changed.indexOf(index)
      return (place < 0 ? page.columns.get(columnId(column)) : answer.columns[place]) ?? []
    }),
  }
}

function hasSameRows(before: readonly TableRow[], after: readonly TableRow[]): boolean {
  return before.length === after.length && before.every(({ runId }, index) => runId === after[index]?.runId)
}
