import type { ChartSpec } from '../../../src/protocol/saved-view.ts'
import type { TableColumn } from '../../../src/protocol/run-table.ts'
import { text } from '../../shared/texts.ts'

/** The name of a column as charts show it. */
export function toColumnText(column: TableColumn): string {
  switch (column.kind) {
    case 'dataset':
      return text('charts.column.dataset')
    case 'attribute':
      return text(`charts.column.${column.key}`)
    case 'metric':
      if (column.aggregate === 'at-step') return text('charts.column.at-step', column)
      if (column.aggregate === 'at-best') return text('charts.column.at-best', column)
      return column.aggregate === 'last' ? column.key : text(`charts.column.${column.aggregate}`, { key: column.key })
    case 'param':
    case 'tag':
      return column.key
  }
}

export function toChartTitle(spec: ChartSpec): string {
  switch (spec.kind) {
    case 'curves':
      if (spec.xMetric === undefined) return spec.keys.join(', ')
      return text('charts.title.scatter', { x: spec.xMetric, y: spec.keys.join(', ') })
    case 'scatter':
      return text('charts.title.scatter', { x: toColumnText(spec.x), y: toColumnText(spec.y) })
    case 'parallel':
      return text('charts.title.parallel', { columns: spec.columns.map(toColumnText).join(', ') })
    case 'bar':
      return toColumnText(spec.column)
    case 'rule':
      return text('charts.title.rule', { pattern: spec.pattern })
    case 'distribution':
      return text('charts.title.distribution', { metric: spec.key })
    case 'importance':
      return text('charts.title.importance', { metric: toColumnText(spec.target) })
    case 'confusion-matrix':
    case 'roc':
    case 'precision-recall':
    case 'histogram':
      return text(`charts.title.${spec.kind}`, { path: spec.path })
  }
}
