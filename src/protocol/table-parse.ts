import { isRecord } from './json.ts'
import { flag, object, oneOf, type Parser, refuse, text } from './parse.ts'
import { aggregates, runAttributes, type TableColumn } from './run-table.ts'

export const metricColumn = object({ kind: oneOf(['metric']), key: text, aggregate: oneOf(aggregates) })
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
