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
  /** Of steps. */
  readonly step?: string | undefined
  /** Of where bins begin and end; without an end, of single values. */
  readonly from?: string | undefined
  readonly to?: string | undefined
}

const words = {
  truth: /true|truth|actual|target|expected|label|class|^y$/i,
  predicted: /pred/i,
  count: /^(counts?|n|freq|frequency|number)$/i,
  score: /score|prob|confidence|logit|pred/i,
  weight: /weight/i,
  step: /^(global_?)?(step|epoch|iteration)s?$/i,
  from: /(^|_)(from|start|lower|low|left|begin)$|^(bins?|edges?|values?)$/i,
  to: /(^|_)(to|end|upper|high|right)$/i,
} as const

/** Guesses columns by the names that people give them. */
export function guessColumns(kind: LoggedChartSpec['kind'], names: Names): ChosenColumns {
  const find = (word: RegExp, isFit: (column: Names[number]) => boolean) =>
    names.find((column) => word.test(column.name) && isFit(column))?.name
  const isNumber = (column: Names[number]) => column.kind === 'number'
  if (kind === 'histogram') return guessHistogram(find, isNumber)
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

type Find = (word: RegExp, isFit: (column: Names[number]) => boolean) => string | undefined

function guessHistogram(find: Find, isNumber: (column: Names[number]) => boolean): ChosenColumns {
  const { step, from, to, count } = words
  return {
    step: find(step, isNumber),
    from: find(from, isNumber),
    to: find(to, isNumber),
    count: find(count, isNumber),
  }
}

/** Whether the columns suffice for the chart. */
export function areEnough(kind: LoggedChartSpec['kind'], columns: ChosenColumns, names: Names): boolean {
  if (kind === 'histogram') {
    const used = [columns.step, columns.from, columns.to, columns.count].filter((name) => name !== undefined)
    const areNumbers = used.every((used) => names.some(({ name, kind }) => name === used && kind === 'number'))
    return columns.step !== undefined && columns.from !== undefined && areNumbers && new Set(used).size === used.length
  }
  if (columns.truth === undefined) return false
  if (kind !== 'confusion-matrix') return columns.score !== undefined && columns.score !== columns.truth
  if (columns.predicted !== undefined) return columns.predicted !== columns.truth
  const others = names.filter(({ name }) => name !== columns.truth)
  return others.length > 1 && others.every(({ kind }) => kind === 'number')
}
