import { isRecord } from './json.ts'
import { flag, integer, object, oneOf, type Parser, refuse, text } from './parse.ts'
import { aggregates, goals, type MetricColumn, runAttributes, type TableColumn } from './run-table.ts'

const metric = { kind: oneOf(['metric']), key: text }
const simpleColumn = object({ ...metric, aggregate: oneOf(aggregates) })
const stepColumn = object({
  ...metric,
  aggregate: oneOf(['at-step']),
  step: integer(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
})
const bestColumn = object({ ...metric, aggregate: oneOf(['at-best']), of: text, goal: oneOf(goals) })
const aggregate = oneOf([...aggregates, 'at-step', 'at-best'])

export const metricColumn: Parser<MetricColumn> = (value, path) => {
  if (!isRecord(value)) return refuse(value, path, 'expected a column')
  switch (aggregate(value['aggregate'], `${path}.aggregate`)) {
    case 'at-step':
      return stepColumn(value, path)
    case 'at-best':
      return bestColumn(value, path)
    default:
      return simpleColumn(value, path)
  }
}

const loggedColumn = object({ kind: oneOf(['param', 'tag']), key: text })
const attributeColumn = object({ kind: oneOf(['attribute']), key: oneOf(runAttributes) })
const datasetColumn = object({ kind: oneOf(['dataset']) })
const kind = oneOf(['metric', 'param', 'tag', 'attribute', 'dataset'])

export const column: Parser<TableColumn> = (value, path) => {
  if (!isRecord(value)) return refuse(value, path, 'expected a column')
  switch (kind(value['kind'], `${path}.kind`)) {
    case 'metric':
      return metricColumn(value, path)
    case 'param':
    case 'tag':
      return loggedColumn(value, path)
    case 'attribute':
      return attributeColumn(value, path)
    case 'dataset':
      return datasetColumn(value, path)
  }
}

export const order = object({ column, descending: flag })
