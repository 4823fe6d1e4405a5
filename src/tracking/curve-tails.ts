import { cursorLength, type CurveName, type CurveTails, tailKinds } from '../protocol/curves.ts'
import type { Methods } from '../protocol/methods.ts'
import type { Sql } from '../store/database.ts'
import { findSeries, type FoundSeries } from './curves.ts'
import type { Bucket } from './series/bucket.ts'
import { type KeyRange, listChunkRows, wholeRange } from './series/chunk-rows.ts'
import type { Points } from './series/points.ts'
import { readPoints } from './series/read-points.ts'
import { cutToWindow, extentOf, groupPoints, type WindowStretch } from './series/window.ts'

type Query = Methods['curves/tail']['params']

/** A tail that lies in more chunks than this costs more than the window itself. */
const maxChunks = 8

/** What became of one curve. */
interface Tail {
  readonly kind: number
  readonly buckets: readonly Bucket[]
  readonly isExact: boolean
  /** What the x axis counts from. */
  readonly origin: number
  readonly cursor: readonly number[]
}

/** What many curves have got since they were last read, by cursors of that reading. */
export async function loadCurveTails(sql: Sql, query: Query): Promise<CurveTails> {
  const tails: Tail[] = []
  for (const [index, curve] of query.curves.entries()) {
    const cursor = query.cursors.slice(index * cursorLength, (index + 1) * cursorLength)
    tails.push(await loadTail(sql, curve, cursor, query))
  }
  return packTails(tails, query.axis === 'step' ? 'step' : 'timestamp')
}

async function loadTail(sql: Sql, curve: CurveName, known: readonly number[], query: Query): Promise<Tail> {
  const series = await findSeries(sql, curve)
  if (series === undefined) return noTail(tailKinds.missing, [Number.NaN, Number.NaN, Number.NaN])
  const [knownLate, step, timestamp] = known
  const { cursor } = series
  if (step === undefined || timestamp === undefined || cursor[0] !== knownLate) return noTail(tailKinds.changed, cursor)
  if (cursor[1] === step && cursor[2] === timestamp) return noTail(tailKinds.goesOn, cursor)
  // Times are whole milliseconds.
  const range = { from: { step, timestamp: timestamp + 1, value: -Infinity }, to: wholeRange.to }
  const chunks = await listChunkRows(sql, series.rowId, 0, range)
  if (chunks.length > maxChunks) return noTail(tailKinds.changed, cursor)
  return readTail(sql, series, range, query)
}

function noTail(kind: number, cursor: readonly number[]): Tail {
  return { kind, buckets: [], isExact: true, origin: 0, cursor }
}

async function readTail(
  sql: Sql,
  { rowId, startTime, cursor }: FoundSeries,
  range: KeyRange,
  { axis, from, to, cellWidth }: Query,
): Promise<Tail> {
  const origin = axis === 'relative' ? startTime : 0
  const stretch: WindowStretch = {
    axis: axis === 'step' ? 'step' : 'timestamp',
    ...(from === undefined ? {} : { from: from + origin }),
    ...(to === undefined ? {} : { to: to + origin }),
  }
  const points = cutToWindow(await readPoints(sql, rowId, range), stretch)
  const buckets = toBuckets(points, stretch, cellWidth, origin)
  const isExact = buckets.length === points.steps.length
  return { kind: tailKinds.goesOn, buckets, isExact, origin, cursor }
}

function toBuckets(points: Points, stretch: WindowStretch, cellWidth: number, origin: number): Bucket[] {
  if (points.steps.length === 0) return []
  // Without a width no point is in the cell of another: NaN is not equal to itself.
  const cellOf = (x: number) => (cellWidth > 0 ? Math.floor((x - origin) / cellWidth) : Number.NaN)
  return groupPoints(points, stretch, cellOf)
}

function packTails(tails: readonly Tail[], axis: WindowStretch['axis']): CurveTails {
  const stretches = tails.flatMap(({ buckets, origin }) => buckets.map((bucket) => ({ bucket, origin })))
  const numbers = (of: (bucket: Bucket, origin: number) => number) =>
    Float64Array.from(stretches, ({ bucket, origin }) => of(bucket, origin))
  return {
    kinds: Uint8Array.from(tails, ({ kind }) => kind),
    counts: Uint32Array.from(tails, ({ buckets }) => buckets.length),
    exact: Uint8Array.from(tails, ({ isExact }) => (isExact ? 1 : 0)),
    starts: numbers((bucket, origin) => extentOf(bucket, axis).start - origin),
    ends: numbers((bucket, origin) => extentOf(bucket, axis).end - origin),
    firsts: numbers(({ first }) => first.value),
    lasts: numbers(({ last }) => last.value),
    mins: numbers(({ min }) => min),
    maxs: numbers(({ max }) => max),
    specials: Uint8Array.from(stretches, ({ bucket }) => bucket.specials),
    cursors: Float64Array.from(tails.flatMap(({ cursor }) => cursor)),
  }
}
