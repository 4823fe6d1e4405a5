import type { LoggedTable } from '../../../src/protocol/logged-table.ts'
import type { HistogramSpec } from '../../../src/protocol/saved-view.ts'

/** A stretch of values and how often they were there; `to` is left out but for the last one. */
export interface Bin {
  readonly from: number
  readonly to: number
  readonly count: number
}

export interface StepHistogram {
  readonly step: number
  /** As they were logged, without empty ones. */
  readonly bins: readonly Bin[]
}

export interface Histograms {
  /** By step. */
  readonly steps: readonly StepHistogram[]
  /** Rows without a step, a place or a count. */
  readonly leftOut: number
}

/** Bins for values that were logged one by one. */
const binCount = 40

/**
 * Reads a row for each bin of each step: where it begins and ends, and its count. Without ends each row is a value,
 * and values are counted in bins of equal width from the least to the greatest of all steps. Undefined where columns
 * are missing.
 */
export function readHistograms(
  { columns, rowCount }: Pick<LoggedTable, 'columns' | 'rowCount'>,
  { step, from, to, count }: Pick<HistogramSpec, 'step' | 'from' | 'to' | 'count'>,
): Histograms | undefined {
  const find = (name: string | undefined) => columns.find((column) => column.name === name && column.kind === 'number')
  const [steps, froms, ends, counts] = [step, from, to, count].map(find)
  if (steps === undefined || froms === undefined) return undefined
  if ((to !== undefined && ends === undefined) || (count !== undefined && counts === undefined)) return undefined
  const rows = Array.from({ length: Math.min(rowCount, steps.values.length) }, (_, row) => {
    const at = Number(froms.values[row])
    const bin = { from: at, to: ends === undefined ? at : Number(ends.values[row]) }
    return { step: Number(steps.values[row]), ...bin, count: counts === undefined ? 1 : Number(counts.values[row]) }
  })
  const whole = rows.filter(
    (row) => [row.step, row.from, row.to].every(Number.isFinite) && row.to >= row.from && row.count >= 0,
  )
  const binned = to === undefined ? countValues(whole) : whole
  return { steps: joinSteps(binned), leftOut: rows.length - whole.length }
}

type BinRow = Bin & { readonly step: number }

/** Equal bins for values that have none; those of one step and place are one. */
function countValues(rows: readonly BinRow[]): BinRow[] {
  const least = rows.reduce((min, { from }) => Math.min(min, from), Infinity)
  const greatest = rows.reduce((max, { from }) => Math.max(max, from), -Infinity)
  const width = (greatest - least) / binCount || 1
  const found = new Map<string, BinRow>()
  for (const { step, from, count } of rows) {
    const place = Math.min(binCount - 1, Math.floor((from - least) / width))
    const key = `${step} ${place}`
    const before = found.get(key)?.count ?? 0
    found.set(key, { step, from: least + place * width, to: least + (place + 1) * width, count: before + count })
  }
  return [...found.values()]
}

function joinSteps(rows: readonly BinRow[]): StepHistogram[] {
  const bySteps = Map.groupBy(rows, ({ step }) => step)
  return [...bySteps]
    .map(([step, bins]) => ({
      step,
      bins: bins
        .filter(({ count }) => count > 0)
        .map(({ from, to, count }) => ({ from, to, count }))
        .toSorted((a, b) => a.from - b.from),
    }))
    .toSorted((a, b) => a.step - b.step)
}

/** The bin with the greatest count, the first of several. */
export function findMode({ bins }: StepHistogram): Bin | undefined {
  return bins.reduce<Bin | undefined>(
    (best, bin) => (best === undefined || bin.count > best.count ? bin : best),
    undefined,
  )
}

/** Where each step's histogram is drawn: from the middle to the step before to the middle to the next one. */
export function toStretches(steps: readonly number[]): { readonly from: number; readonly to: number }[] {
  return steps.map((step, place) => {
    const [before, after] = [steps[place - 1], steps[place + 1]]
    const half = (other: number | undefined) => (other === undefined ? undefined : Math.abs(other - step) / 2)
    const back = half(before) ?? half(after) ?? 0.5
    return { from: step - back, to: step + (half(after) ?? back) }
  })
}
