import { isRecord } from './json.ts'
import { anyOf, described, flag, integer, object, oneOf, type Parser, refuse, text } from './parse.ts'
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

const metricColumns = anyOf(simpleColumn, stepColumn, bestColumn)

export const metricColumn: Parser<MetricColumn> = described(metricColumns, (value, path) => {
  if (!isRecord(value)) return refuse(value, path, 'expected a column')
  switch (aggregate(value['aggregate'], `${path}.aggregate`)) {
    case 'at-step':
      return stepColumn(value, path)
    case 'at-best':
      return bestColumn(value, path)
    default:
      return simpleColumn(value, path)
  }
})

const loggedColumn = object({ kind: oneOf(['param', 'tag']), key: text })
const attributeColumn = object({ kind: oneOf(['attribute']), key: oneOf(runAttributes) })
const datasetColumn = object({ kind: oneOf(['dataset']) })
const kind = oneOf(['metric', 'param', 'tag', 'attribute', 'dataset'])

const columns = anyOf(metricColumn, loggedColumn, attributeColumn, datasetColumn)

export const column: Parser<TableColumn> = described(columns, (value, path) => {
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
})

export const order = object({ column, descending: flag })
