import type { LoggedColumn, LoggedTable } from '../../../src/protocol/logged-table.ts'
import type { ConfusionMatrixSpec } from '../../../src/protocol/saved-view.ts'

/** How often each true label was predicted as each label. */
export interface Confusion {
  /** Rows of the table that were counted, by true and then by predicted label. */
  readonly counts: ReadonlyMap<string, ReadonlyMap<string, number>>
  readonly total: number
  /** The part of `total` on the diagonal. */
  readonly correct: number
  /** Rows without a label or a count. */
  readonly leftOut: number
}

/** Counts a table of predictions, or reads a table that is the matrix already. Undefined where columns are missing. */
export function countConfusion(
  { columns }: LoggedTable,
  { truth, predicted, count }: Pick<ConfusionMatrixSpec, 'truth' | 'predicted' | 'count'>,
): Confusion | undefined {
  const find = (name: string | undefined) => columns.find((column) => column.name === name)
  const truths = find(truth)
  if (truths === undefined) return undefined
  if (predicted === undefined) {
    const others = columns.filter(({ name, kind }) => name !== truth && kind === 'number')
    return sum(
      labelsOf(truths).flatMap((label, row) =>
        others.map(({ name, values }) => [label, name, Number(values[row] ?? 0)] as const),
      ),
    )
  }
  const predictions = find(predicted)
  const counts = find(count)
  if (predictions === undefined || (count !== undefined && counts === undefined)) return undefined
  const labels = labelsOf(predictions)
  return sum(
    labelsOf(truths).map((label, row) => [label, labels[row], counts === undefined ? 1 : Number(counts.values[row])]),
  )
}

type Cell = readonly [truth: string | undefined, predicted: string | undefined, count: number]

function sum(cells: readonly Cell[]): Confusion {
  const counts = new Map<string, Map<string, number>>()
  let [total, correct, leftOut] = [0, 0, 0]
  for (const [truth, predicted, count] of cells) {
    if (truth === undefined || predicted === undefined || !(count >= 0)) {
      leftOut += 1
      continue
    }
    const row = counts.get(truth) ?? new Map<string, number>()
    counts.set(truth, row)
    row.set(predicted, (row.get(predicted) ?? 0) + count)
    total += count
    if (truth === predicted) correct += count
  }
  return { counts, total, correct, leftOut }
}

/** The values of a column as labels; undefined where there is none. */
export function labelsOf(column: LoggedColumn): (string | undefined)[] {
  if (column.kind === 'number') {
    return Array.from(column.values, (value) => (Number.isNaN(value) ? undefined : String(value)))
  }
  return column.values.map((value) => value ?? undefined)
}

/** The labels of several matrices, so that all have the same rows and columns: numbers by size, others by name. */
export function listLabels(confusions: readonly Confusion[]): string[] {
  const labels = new Set<string>()
  for (const { counts } of confusions) {
    for (const [truth, row] of counts) {
      labels.add(truth)
      for (const predicted of row.keys()) labels.add(predicted)
    }
  }
  return sortLabels([...labels])
}

export function sortLabels(labels: readonly string[]): string[] {
  const areNumbers = labels.every((label) => label.trim() !== '' && Number.isFinite(Number(label)))
  return labels.toSorted((a, b) => (areNumbers ? Number(a) - Number(b) : a < b ? -1 : a > b ? 1 : 0))
}
