import type { RunId } from '../protocol/ids.ts'
import type { Metric, MetricPoint } from '../protocol/runs.ts'
import type { Database, Sql } from '../store/database.ts'
import { getNumber, getText } from '../store/row.ts'
import { isLater, toPoint } from './metric-value.ts'
import { writeMetrics } from './metrics.ts'
import type { SeriesOwner } from './series/series-rows.ts'
import type { LoggedMetric } from './tracking.ts'

/**
 * Where one process has the store for itself, metrics of a run wait whole, a row for each batch, and join its series many
 * batches at a time: a batch of 100 metrics changes some 10 pages of the file instead of up to 200. The first batch does
 * not wait: it tells what the latest points are, which are known from then on. All are settled before anything is read,
 * so that nobody else has to know of them, and when the run ends. Servers that share a store settle at once.
 */

/** So many metrics of a run wait: some 4 ms of work. */
const mostOfRun = 1024

/** And so many of all runs: what a read may find to be settled first, some 60 ms. */
const mostOfAll = 16_384

/** So many latest points are known, of the runs that were logged to last; a run itself counts as some more. Some 10 MB. */
const mostKnown = 65_536
const runWeight = 8

interface OpenRun {
  readonly latest: Map<string, MetricPoint>
  /** What of `mostKnown` it has been counted as. */
  weight: number
  /** Metrics; they are counted before they are stored, and some may have been settled since. */
  waiting: number
}

/** Stores the metrics inside the transaction that is given. */
export type StoreMetrics = (sql: Sql, run: SeriesOwner) => Promise<void>

export interface IncomingMetrics {
  /** As it is given, but what is read has all metrics that were logged before. */
  readonly database: Database
  /**
   * Stores metrics as a part of a larger write. One stored before changes nothing.
   *
   * @param write the whole of it; calls `store` once, inside its transaction
   * @returns what `write` resolved to, and the metrics whose latest point is another now
   */
  log<T>(
    runId: RunId,
    metrics: readonly LoggedMetric[],
    write: (store: StoreMetrics) => Promise<T>,
  ): Promise<{ readonly result: T; readonly latest: readonly Metric[] }>
}

export function createIncomingMetrics(database: Database): IncomingMetrics {
  const isShared = database.dialect === 'postgres'
  const openRuns = new Map<RunId, OpenRun>()
  let known = 0
  const waitingRuns = new Set<OpenRun>()
  let waiting = 0
  /** Whether a committed row may wait: to begin with, one that another process left. */
  let mayWait = true
  let settling: Promise<void> | undefined

  /** To be called before the write that settles: what is counted after it, is written after it. */
  function forget(): void {
    for (const run of waitingRuns) run.waiting = 0
    waitingRuns.clear()
    waiting = 0
  }

  function settled(): Promise<void> | undefined {
    if (!mayWait) return settling
    mayWait = false
    forget()
    const mine = database.write(settleAll).then(
      () => {
        if (settling === mine) settling = undefined
      },
      (error: unknown) => {
        mayWait = true
        if (settling === mine) settling = undefined
        throw error
      },
    )
    settling = mine
    return mine
  }

  /** A full disk takes no writes: what waits is settled for this read alone, and all of that is undone. */
  async function readBeside<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
    const undone = new Error('Nothing of this is to be kept.')
    let read: { readonly value: T } | undefined
    let isSettled = false
    const reading = database.write(async (sql) => {
      await settleAll(sql)
      isSettled = true
      read = { value: await work(sql) }
      throw undone
    })
    try {
      await reading
    } catch (error) {
      // A damaged store is still read as far as it can be.
      if (!isSettled) return database.read(work)
      if (error !== undone) throw error
    }
    if (read === undefined) throw undone
    return read.value
  }

  function open(runId: RunId, run: OpenRun): void {
    close(runId, openRuns.get(runId))
    run.weight = run.latest.size + runWeight
    known += run.weight
    openRuns.set(runId, run)
    for (const [oldest, other] of openRuns) {
      if (known <= mostKnown || other === run) break
      close(oldest, other)
    }
  }

  function close(runId: RunId, run: OpenRun | undefined): void {
    if (run === undefined) return
    known -= run.weight
    openRuns.delete(runId)
  }

  return {
    database: {
      ...database,
      async read(work) {
        const wait = settled()
        if (wait === undefined) return database.read(work)
        const isSettled = await wait.then(
          () => true,
          () => false,
        )
        return isSettled ? database.read(work) : readBeside(work)
      },
    },

    async log(runId, metrics, write) {
      if (metrics.length === 0) return { result: await write(() => Promise.resolve()), latest: [] }
      let latest: readonly Metric[] = []
      if (isShared) {
        const result = await write(async (sql, run) => {
          latest = await writeMetrics(sql, run, metrics)
        })
        return { result, latest }
      }
      const openRun = openRuns.get(runId)
      const isFull = waiting + metrics.length > mostOfAll
      const waits = openRun !== undefined && !isFull && openRun.waiting + metrics.length <= mostOfRun
      if (isFull) forget()
      else if (openRun !== undefined) {
        const change = waits ? metrics.length : -openRun.waiting
        openRun.waiting += change
        waiting += change
        waitingRuns.add(openRun)
      }
      let ofRun = new Map<string, MetricPoint>()
      const result = await write(async (sql, run) => {
        if (waits) return insertWaiting(sql, run, metrics)
        if (isFull) await settleAll(sql)
        latest = await settleRun(sql, run, metrics)
        if (openRun === undefined) ofRun = await loadLatest(sql, run)
      })
      const run = openRun ?? openRuns.get(runId)
      if (run === undefined) {
        open(runId, { latest: ofRun, weight: 0, waiting: 0 })
        return { result, latest }
      }
      latest = noteLatest(run.latest, metrics)
      open(runId, run)
      mayWait ||= waits
      return { result, latest }
    },
  }
}

/** Takes what waits of a run, and more, into its series; gives back the metrics whose latest point they changed. */
export async function settleRun(sql: Sql, run: SeriesOwner, more: readonly LoggedMetric[] = []): Promise<Metric[]> {
  const rows = await sql.all('delete from incoming_metrics where run = ? returning metrics', run.runRowId)
  return writeMetrics(sql, run, [...rows.flatMap((row) => fromText(getText(row, 'metrics'))), ...more])
}

async function settleAll(sql: Sql): Promise<void> {
  const rows = await sql.all('select distinct i.run, r.experiment from incoming_metrics i join runs r on r.id = i.run')
  for (const row of rows) {
    await settleRun(sql, { runRowId: getNumber(row, 'run'), experimentRowId: getNumber(row, 'experiment') })
  }
}

/** How many metrics wait, and a sentence for each fault of theirs. */
export async function checkIncomingMetrics(
  sql: Sql,
): Promise<{ readonly pointCount: number; readonly problems: readonly string[] }> {
  const rows = await sql.all('select id, metrics from incoming_metrics order by id')
  const problems: string[] = []
  let pointCount = 0
  for (const row of rows) {
    try {
      pointCount += fromText(getText(row, 'metrics')).length
    } catch {
      problems.push(`batch ${getNumber(row, 'id')} of metrics that wait cannot be read`)
    }
  }
  return { pointCount, problems }
}

async function insertWaiting(sql: Sql, run: SeriesOwner, metrics: readonly LoggedMetric[]): Promise<void> {
  await sql.run('insert into incoming_metrics (run, metrics) values (?, ?)', run.runRowId, toText(metrics))
}

async function loadLatest(sql: Sql, run: SeriesOwner): Promise<Map<string, MetricPoint>> {
  const rows = await sql.all('select key, step, timestamp, value from series where run = ?', run.runRowId)
  return new Map(rows.map((row) => [getText(row, 'key'), toPoint(row)]))
}

/** Gives back those that are later than what is known, which is known from then on. */
function noteLatest(latest: Map<string, MetricPoint>, metrics: readonly LoggedMetric[]): Metric[] {
  const changed = new Map<string, MetricPoint>()
  for (const { key, step, timestamp, value } of metrics) {
    const known = latest.get(key)
    const point = { step, timestamp, value }
    if (known !== undefined && !isLater(point, known)) continue
    latest.set(key, point)
    changed.set(key, point)
  }
  return Array.from(changed, ([key, point]) => ({ key, ...point }))
}

type WrittenMetric = readonly [key: string, step: number, timestamp: number, value: number | string]

function toText(metrics: readonly LoggedMetric[]): string {
  return JSON.stringify(
    // A number of JSON is neither NaN nor infinite, and loses the sign of zero.
    metrics.map(({ key, step, timestamp, value }): WrittenMetric => {
      const isPlain = Number.isFinite(value) && !Object.is(value, -0)
      return [key, step, timestamp, isPlain ? value : Object.is(value, -0) ? '-0' : String(value)]
    }),
  )
}

/** @throws {Error} when it is not what `toText` writes */
function fromText(text: string): LoggedMetric[] {
  // SAFETY: nobody else writes these rows, and what is not an array fails below.
  const metrics = JSON.parse(text) as readonly WrittenMetric[]
  return metrics.map(([key, step, timestamp, value]) => ({ key, step, timestamp, value: Number(value) }))
}
