import type { TableColumn } from '../../../src/protocol/run-table.ts'
import { type FilterTerm, splitFilter } from './filter-split.ts'
import { joinConditions, quoteText } from '../../../src/protocol/filter-text.ts'
import { toIdentifier } from './filter-terms.ts'

/** What of a column a filter lets through: a range with its ends, or some texts. Both may say nothing. */
export interface FacetChoice {
  readonly from: number | undefined
  readonly to: number | undefined
  readonly texts: readonly string[]
}

export const noChoice: FacetChoice = { from: undefined, to: undefined, texts: [] }

/** What the filter says of a column in the words that `writeChoice` uses; other words about it are left alone. */
export function readChoice(filter: string, column: TableColumn): FacetChoice {
  const terms = listOwnTerms(filter, column)
  const number = (operator: string) => {
    const [value] = terms.findLast((term) => term.operator === operator)?.values ?? []
    return value === undefined ? undefined : Number(value)
  }
  const texts = terms.filter(({ operator }) => operator === '=' || operator === 'IN').flatMap(({ values }) => values)
  return { from: number('>='), to: number('<='), texts }
}

/** The filter with this choice in place of what it said of the column before; undefined where the grammar has no word. */
export function writeChoice(filter: string, column: TableColumn, choice: FacetChoice): string | undefined {
  const identifier = toIdentifier(column)
  const rest = withoutChoice(filter, column)
  if (identifier === undefined || rest === undefined) return undefined
  const { from, to, texts } = choice
  const [first, ...others] = texts.map(quoteText)
  return joinConditions(
    rest,
    from === undefined ? '' : `${identifier} >= ${from}`,
    to === undefined ? '' : `${identifier} <= ${to}`,
    first === undefined
      ? ''
      : others.length === 0
        ? `${identifier} = ${first}`
        : `${identifier} IN (${[first, ...others].join(', ')})`,
  )
}

/** The filter apart from what a choice says of the column; undefined for a text that is no filter. */
export function withoutChoice(filter: string, column: TableColumn): string | undefined {
  const terms = splitFilter(filter)
  const own = listOwnTerms(filter, column)
  if (own.length === 0) return terms === undefined ? undefined : filter
  return terms && joinConditions(...terms.filter(({ text }) => !own.some((term) => term.text === text)).map(toText))
}

const toText = ({ text }: FilterTerm) => text

function listOwnTerms(filter: string, column: TableColumn): FilterTerm[] {
  return (splitFilter(filter) ?? []).filter(({ name, operator, values }) => {
    if (!isNameOf(column, name)) return false
    if (operator === '>=' || operator === '<=') return values.length === 1 && Number.isFinite(Number(values[0]))
    return column.kind !== 'metric' && (operator === '=' || operator === 'IN')
  })
}

function isNameOf(column: TableColumn, name: string): boolean {
  if (column.kind === 'dataset') return false
  if (name === `${column.kind}s.${column.key}` || name === `${column.kind}.${column.key}`) return true
  return column.kind !== 'tag' && name === column.key
}

/** Outwards to six digits, so that what lies at the end stays inside. */
export function roundOutwards(value: number, isUpperEnd: boolean): number {
  const rounded = Number(value.toPrecision(6))
  const isInside = isUpperEnd ? rounded < value : rounded > value
  if (!isInside || value === 0) return rounded
  const step = 10 ** (Math.floor(Math.log10(Math.abs(value))) - 5)
  return Number((rounded + (isUpperEnd ? step : -step)).toPrecision(7))
}
