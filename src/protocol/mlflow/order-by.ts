import { checked, flag, invalid, message, required, text, withDefault } from './fields.ts'
import {
  evaluationDatasetOrderDialect,
  experimentDialect,
  loggedModelDialect,
  modelVersionOrderDialect,
  registeredModelOrderDialect,
  resolveIdentifier,
  runDialect,
  type SearchDialect,
  traceOrderDialect,
} from './search-dialect.ts'
import type { OrderClause } from './search.ts'

/** Reads clauses such as `metrics.accuracy DESC`; ascending unless it says otherwise. @throws INVALID_PARAMETER_VALUE */
export function parseRunOrder(clauses: readonly string[]): OrderClause[] {
  return clauses.map((clause) => parseClause(clause, runDialect))
}

/** @throws INVALID_PARAMETER_VALUE */
export function parseExperimentOrder(clauses: readonly string[]): OrderClause[] {
  return clauses.map((clause) => parseClause(clause, experimentDialect))
}

/** @throws INVALID_PARAMETER_VALUE */
export function parseRegisteredModelOrder(clauses: readonly string[]): OrderClause[] {
  return clauses.map((clause) => parseClause(clause, registeredModelOrderDialect))
}

/** @throws INVALID_PARAMETER_VALUE */
export function parseModelVersionOrder(clauses: readonly string[]): OrderClause[] {
  return clauses.map((clause) => parseClause(clause, modelVersionOrderDialect))
}

/** @throws INVALID_PARAMETER_VALUE */
export function parseEvaluationDatasetOrder(clauses: readonly string[]): OrderClause[] {
  return clauses.map((clause) => parseClause(clause, evaluationDatasetOrderDialect))
}

/** @throws INVALID_PARAMETER_VALUE */
export function parseTraceOrder(clauses: readonly string[]): OrderClause[] {
  return clauses.map((clause) => parseClause(clause, traceOrderDialect))
}

function parseClause(clause: string, dialect: SearchDialect): OrderClause {
  const match = /^\s*((?:`[^`]*`|"[^"]*"|[^\s`",()])+)(?:\s+(\S+))?\s*$/.exec(clause)
  if (match?.[1] === undefined) throw invalid(`Invalid order_by clause '${clause}'. Could not be parsed.`)
  const [, written, direction = 'ASC'] = match
  if (!/^(asc|desc)$/i.test(direction)) {
    throw invalid(`Invalid ordering key in order_by clause '${clause}'.`, 'After the name stands ASC or DESC.')
  }
  const { kind, key } = resolveIdentifier(written, dialect, ` in order_by clause '${clause}'`)
  if (kind === 'dataset') throw invalid(`Invalid identifier type 'dataset' in order_by clause '${clause}'.`)
  return { identifier: { kind, key }, descending: direction.toUpperCase() === 'DESC' }
}

const modelOrder = message({
  field_name: required(text),
  ascending: withDefault(flag, true),
  dataset_name: text,
  dataset_digest: text,
})

/** One clause of a search for logged models, which MLflow writes as an object rather than a text. */
export const loggedModelOrder = checked(modelOrder.nested, ({ fieldName, ascending }): OrderClause => {
  const { kind, key } = resolveIdentifier(fieldName.trim(), loggedModelDialect, ' in order_by')
  if (kind !== 'attribute' && kind !== 'metric') {
    throw invalid(`Invalid order by field name: ${fieldName}, only attributes and metrics.<name> are allowed.`)
  }
  return { identifier: { kind, key }, descending: !ascending }
})
