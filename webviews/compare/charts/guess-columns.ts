import type { LoggedTable } from '../../../src/protocol/logged-table.ts'
import type { LoggedChartSpec } from '../../../src/protocol/saved-view.ts'

type Names = LoggedTable['names']

/** Which columns a chart of a logged table reads. */
export interface ChosenColumns {
  /** Of true labels. */
  readonly truth?: string | undefined
  /** Of predicted labels; without it, a table of numbers is the confusion matrix itself. */
  readonly predicted?: string | undefined
  readonly count?: string | undefined
  readonly score?: string | undefined
  readonly weight?: string | undefined
}

const words = {
  truth: /true|truth|actual|target|expected|label|class|^y$/i,
  predicted: /pred/i,
  count: /^(count|n|freq|frequency|number)$/i,
  score: /score|prob|confidence|logit|pred/i,
  weight: /weight/i,
} as const

/** Guesses columns by the names that people give them. */
export function guessColumns(kind: LoggedChartSpec['kind'], names: Names): ChosenColumns {
  const find = (word: RegExp, isFit: (column: Names[number]) => boolean) =>
    names.find((column) => word.test(column.name) && isFit(column))?.name
  const isNumber = (column: Names[number]) => column.kind === 'number'
  if (kind !== 'confusion-matrix') {
    const score = find(words.score, isNumber)
    return {
      truth: find(words.truth, ({ name }) => name !== score),
      score,
      weight: find(words.weight, isNumber),
    }
  }
  const predicted = find(words.predicted, ({ name }) => !/prob|score/i.test(name))
  const truth = find(words.truth, ({ name }) => name !== predicted)
  if (predicted !== undefined) return { truth, predicted, count: find(words.count, isNumber) }
  const [first, ...others] = names
  const isMatrix = first?.kind === 'text' && others.length > 1 && others.every(isNumber)
  return { truth: isMatrix ? first.name : truth }
}

/** Whether the columns suffice for the chart. */
export function areEnough(kind: LoggedChartSpec['kind'], columns: ChosenColumns, names: Names): boolean {
  if (columns.truth === undefined) return false
  if (kind !== 'confusion-matrix') return columns.score !== undefined && columns.score !== columns.truth
  if (columns.predicted !== undefined) return columns.predicted !== columns.truth
  const others = names.filter(({ name }) => name !== columns.truth)
  return others.length > 1 && others.every(({ kind }) => kind === 'number')
}
