import { RunwrightError } from '../protocol/errors.ts'
import { aggregates, runAttributes, type TableColumn, type TableOrder } from '../protocol/run-table.ts'

/**
 * Reads a column as a model names it: `metrics.loss`, `metrics.loss min`, `params.lr`, `tags.stage`,
 * `attributes.duration`, `dataset`. A key may stand in backquotes.
 *
 * @throws INVALID_PARAMETER_VALUE
 */
export function parseColumn(text: string): TableColumn {
  const trimmed = text.trim()
  if (trimmed === 'dataset') return { kind: 'dataset' }
  const [, kind = '', rest = ''] = /^(metrics?|params?|tags?|attributes?)\.(.+)$/s.exec(trimmed) ?? []
  switch (kind.replace(/s$/, '')) {
    case 'metric': {
      const [, named = '', wanted] = /^(.+?)(?:\s+(last|min|max))?$/s.exec(rest) ?? []
      const aggregate = aggregates.find((known) => known === wanted) ?? 'last'
      return { kind: 'metric', key: unquote(named), aggregate }
    }
    case 'param':
      return { kind: 'param', key: unquote(rest) }
    case 'tag':
      return { kind: 'tag', key: unquote(rest) }
    case 'attribute': {
      const key = runAttributes.find((known) => known === rest)
      if (key !== undefined) return { kind: 'attribute', key }
      throw invalid(`There is no attribute "${rest}". There are: ${runAttributes.join(', ')}.`)
    }
    default:
      throw invalid(`"${text}" names no column. Write metrics.KEY, params.KEY, tags.KEY, attributes.NAME or dataset.`)
  }
}

/** Reads `metrics.loss ASC` or `params.lr DESC`; ascending unless it says otherwise, as in MLflow. */
export function parseOrder(text: string): TableOrder {
  const [, column = '', direction = 'ASC'] = /^(.+?)(?:\s+(ASC|DESC))?$/is.exec(text.trim()) ?? []
  return { column: parseColumn(column), descending: direction.toUpperCase() === 'DESC' }
}

/** The column as `parseColumn` reads it. */
export function nameColumn(column: TableColumn): string {
  if (column.kind === 'dataset') return 'dataset'
  const suffix = column.kind === 'metric' && column.aggregate !== 'last' ? ` ${column.aggregate}` : ''
  return `${column.kind}s.${column.key}${suffix}`
}

function unquote(key: string): string {
  return /^`.+`$/s.test(key) ? key.slice(1, -1) : key
}

function invalid(message: string): RunwrightError {
  return new RunwrightError('INVALID_PARAMETER_VALUE', message)
}
