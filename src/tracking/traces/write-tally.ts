import { pythonNumber } from '../../protocol/otlp/python-json.ts'
import { traceKeys } from '../../protocol/traces.ts'
import type { Sql } from '../../store/database.ts'
import { findText, getText } from '../../store/row.ts'
import type { SpanRow } from './span-facts.ts'
import { costKeys, parseAmounts, sumUp, type TallyNode, tokenKeys } from './span-tally.ts'
import { findEntry, writeEntries } from './trace-rows.ts'

const tallies = {
  usage: { metadata: traceKeys.tokenUsage, keys: tokenKeys, write: String },
  cost: { metadata: traceKeys.cost, keys: costKeys, write: pythonNumber },
} as const

type Column = keyof typeof tallies

/**
 * What an export is to the tree of its trace: one span that is new, with nothing below it or with something, or another
 * thing. Clients send each span as it ends, and then not all has to be summed up anew.
 */
type Place = 'leaf' | 'inner' | 'other'

interface Written {
  readonly trace: number
  /** Spans that have just been stored. */
  readonly rows: readonly SpanRow[]
  readonly place: Place
  /** Whether the client has told of the trace as a whole. */
  readonly isFinalized: boolean
}

/** To be asked before the spans are stored. */
export async function findPlace(sql: Sql, trace: number, rows: readonly SpanRow[]): Promise<Place> {
  const [row] = rows
  if (row === undefined || rows.length > 1) return 'other'
  const found = await sql.get(
    `select exists (select 1 from spans where trace = ? and span_id = ?) as known,
       exists (select 1 from spans where trace = ? and parent_span_id = ?) as parent`,
    trace,
    row.spanId,
    trace,
    row.spanId,
  )
  if (found?.['known'] !== 0) return 'other'
  return found['parent'] === 0 ? 'leaf' : 'inner'
}

/** Sums up what the spans of a trace say, when that has changed by those that came. */
export async function writeTally(sql: Sql, written: Written, column: Column): Promise<void> {
  const { trace, isFinalized } = written
  const { metadata, keys, write } = tallies[column]
  const before = await findEntry(sql, 'trace_metadata', trace, metadata)
  if (isFinalized && before !== undefined) return
  const nodes = await findNodes(sql, written, column, before)
  const totals = nodes && sumUp(nodes, keys)
  if (totals === undefined) return
  const value = [...totals].map(([key, amount]) => `"${key}": ${write(amount)}`).join(', ')
  await writeEntries(sql, 'trace_metadata', trace, [{ key: metadata, value: `{${value}}` }])
}

/** What is to be summed up; undefined when the sum stays as it is. */
async function findNodes(
  sql: Sql,
  { trace, rows, place }: Written,
  column: Column,
  before: string | undefined,
): Promise<TallyNode[] | undefined> {
  const [first] = rows
  const amounts = rows.length === 1 ? parseAmounts(first?.[column]) : undefined
  const saysNothing = rows.every((row) => row[column] === undefined)
  if (saysNothing && (before === undefined || place === 'leaf')) return undefined
  if (place === 'other' || (place === 'inner' && !saysNothing)) return loadNodes(sql, trace, column)
  const isCounted = await isCountedAbove(sql, trace, first?.parentSpanId, column)
  // It joins what is below it to what is above.
  if (place === 'inner') return isCounted ? loadNodes(sql, trace, column) : undefined
  if (isCounted) return undefined
  return [parseAmounts(before), amounts].map((each, index) => ({
    spanId: String(index),
    parentSpanId: undefined,
    amounts: each,
  }))
}

/** Whether a span above says something, and so for all below it. */
async function isCountedAbove(
  sql: Sql,
  trace: number,
  parentSpanId: string | undefined,
  column: Column,
): Promise<boolean> {
  const above = await sql.get(
    `with recursive up (span_id) as (
       select p.span_id from spans p where p.trace = ? and p.span_id = ?
       union select s.parent_span_id from up join spans s on s.trace = ? and s.span_id = up.span_id
     )
     select s.id from up join spans s on s.trace = ? and s.span_id = up.span_id where s.${column} is not null limit 1`,
    trace,
    parentSpanId ?? null,
    trace,
    trace,
  )
  return above !== undefined
}

async function loadNodes(sql: Sql, trace: number, column: Column): Promise<TallyNode[]> {
  const rows = await sql.all(`select span_id, parent_span_id, ${column} from spans where trace = ?`, trace)
  return rows.map((row) => ({
    spanId: getText(row, 'span_id'),
    parentSpanId: findText(row, 'parent_span_id'),
    amounts: parseAmounts(findText(row, column)),
  }))
}
