import type { Methods } from '../../../src/protocol/methods.ts'
import type { TableColumn } from '../../../src/protocol/run-table.ts'
import type { ViewColumn } from '../../../src/protocol/saved-view.ts'

type Keys = Methods['table/keys']['result']

const maxOfKind = 12

/** CSS pixels. */
export const minColumnWidth = 48
const maxFirstWidth = 240

/** Wide enough for the name and a number, as far as can be told without measuring. */
export function toViewColumn(column: TableColumn, name: string): ViewColumn {
  const width = Math.min(maxFirstWidth, Math.max(104, 56 + name.length * 7))
  return { column, width, pinned: false }
}

/** What is worth seeing first: when and how long, the headline metric, then more metrics and the params. */
export function chooseDefaultColumns({ metrics, params, headline }: Keys): TableColumn[] {
  const first = headline === null ? [] : [headline.key]
  const others = metrics.filter((key) => !first.includes(key) && !key.startsWith('system/'))
  return [
    { kind: 'attribute', key: 'start_time' },
    { kind: 'attribute', key: 'duration' },
    ...[...first, ...others]
      .slice(0, maxOfKind)
      .map((key) => ({ kind: 'metric', key, aggregate: 'last' }) satisfies TableColumn),
    ...params.slice(0, maxOfKind).map((key) => ({ kind: 'param', key }) satisfies TableColumn),
  ]
}
