import { RunwrightError } from '../protocol/errors.ts'
import type { Comparison, Filter, Identifier, OrderClause } from '../protocol/mlflow/search.ts'
import type { ViewType } from '../protocol/runs.ts'
import type { SqlValue } from '../store/database.ts'

/** A piece of SQL and the values of its placeholders. */
export interface Fragment {
  readonly text: string
  readonly values: readonly SqlValue[]
}

/** Keeps a statement and the work behind it bounded; MLflow's own databases stop near there too. */
const limits = { comparisons: 100, orderClauses: 20, patternLength: 1000 } as const

/** @throws INVALID_PARAMETER_VALUE for a filter of more than 100 comparisons */
export function checkFilterSize(filter: Filter): void {
  if (filter.length > limits.comparisons) {
    throw invalid(`A filter can hold at most ${limits.comparisons} comparisons, got ${filter.length}.`)
  }
}

/** @throws INVALID_PARAMETER_VALUE for more than 20 clauses, or two of the same field */
export function checkOrder(clauses: readonly OrderClause[]): void {
  if (clauses.length > limits.orderClauses) {
    throw invalid(`order_by can hold at most ${limits.orderClauses} clauses, got ${clauses.length}.`)
  }
  const fields = clauses.map(({ identifier: { kind, key } }) => `${kind}.${key}`)
  if (new Set(fields).size < fields.length) {
    throw invalid(`\`order_by\` contains duplicate fields: ${fields.join(', ')}`)
  }
}

/**
 * A comparison of a column with the values of a filter. NULL never matches, not even `!=`, as in SQL.
 *
 * @param given of the placeholders in `column`
 */
export function compareColumn(column: string, comparison: Comparison, given: readonly SqlValue[] = []): Fragment {
  switch (comparison.operator) {
    case 'IN':
    case 'NOT IN': {
      const negation = comparison.operator === 'IN' ? '' : 'not '
      return {
        text: `${column} ${negation}in (select value from json_each(?))`,
        values: [...given, JSON.stringify(comparison.values)],
      }
    }
    case 'LIKE':
      return { text: `glob(?, ${column})`, values: [toGlob(checkPattern(comparison.value)), ...given] }
    case 'ILIKE':
      // Ignores the case of ASCII letters only, as MLflow on SQLite does.
      return {
        text: `glob(?, lower(${column}))`,
        values: [toGlob(lowerAscii(checkPattern(comparison.value))), ...given],
      }
    case 'IS NULL':
    case 'IS NOT NULL':
      return { text: `${column} ${comparison.operator.toLowerCase()}`, values: given }
    default:
      // Columns of whole numbers are compared with any number.
      return isFraction(comparison.value)
        ? { text: `${column} ${comparison.operator} cast(? as double precision)`, values: [...given, comparison.value] }
        : { text: `${column} ${comparison.operator} ?`, values: [...given, comparison.value] }
  }
}

/** The same for a value that is looked up by the key of the comparison, which is its one placeholder. */
export function compareKeyed(lookup: string, comparison: Comparison): Fragment {
  return compareColumn(lookup, comparison, [comparison.identifier.key])
}

/** NaN is unequal to every number and neither smaller nor greater than any. What is stored for it sorts last. */
export function compareMetric(column: string, comparison: Comparison): Fragment {
  const { text, values } = compareColumn(column, comparison)
  const isGreater = comparison.operator === '>' || comparison.operator === '>='
  return { text: isGreater ? `(${text} and ${column} < 'NaN')` : text, values }
}

/** Sorts by a column with missing values last, either direction. */
export function orderByColumn(column: string, descending: boolean): string {
  return `${column} is null, ${column} ${descending ? 'desc' : 'asc'}`
}

/** Sorts numbers first, then NaN, then missing values, either direction. */
export function orderByMetric(column: string, descending: boolean): string {
  return `${column} is null, ${column} >= 'NaN', ${column} ${descending ? 'desc' : 'asc'}`
}

/** The stages that a view shows, as a condition. */
export function lifecycleCondition(column: string, view: ViewType = 'ACTIVE_ONLY'): string {
  if (view === 'ALL') return `${column} in ('active', 'deleted')`
  return `${column} = '${view === 'ACTIVE_ONLY' ? 'active' : 'deleted'}'`
}

export function joinConditions(conditions: readonly Fragment[]): Fragment {
  return {
    text: conditions.map(({ text }) => text).join(' and '),
    values: conditions.flatMap(({ values }) => values),
  }
}

/** The column of an attribute. @throws INVALID_PARAMETER_VALUE for one that is not in `columns` */
export function getAttributeColumn(columns: ReadonlyMap<string, string>, identifier: Identifier): string {
  const column = columns.get(identifier.key)
  if (identifier.kind === 'attribute' && column !== undefined) return column
  throw invalid(`Invalid ${identifier.kind} key '${identifier.key}' specified.`)
}

function isFraction(value: string | number): boolean {
  return typeof value === 'number' && !Number.isSafeInteger(value)
}

function lowerAscii(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
}

/** GLOB is LIKE with other signs, but with respect for case; neither tracks back further than to the last wildcard. */
function toGlob(pattern: string): string {
  return pattern.replace(/[*?[%_]/g, (sign) => (sign === '%' ? '*' : sign === '_' ? '?' : `[${sign}]`))
}

function checkPattern(pattern: string | number): string {
  const text = String(pattern)
  if (text.length > limits.patternLength) {
    throw invalid(`A LIKE pattern can hold at most ${limits.patternLength} characters, got ${text.length}.`)
  }
  return text
}

function invalid(message: string): RunwrightError {
  return new RunwrightError('INVALID_PARAMETER_VALUE', message)
}
