import type { Methods } from '../../../src/protocol/methods.ts'
import { runAttributes, type TableColumn } from '../../../src/protocol/run-table.ts'
import { isKnownTag } from './column-name.ts'

/** Every column there is, the run's own first; the name stands in each row anyway. */
export function listColumns({ metrics, params, tags }: Methods['table/keys']['result']): TableColumn[] {
  const tagColumns = tags.map((key) => ({ kind: 'tag', key }) satisfies TableColumn)
  return [
    ...runAttributes
      .filter((key) => key !== 'run_name')
      .map((key) => ({ kind: 'attribute', key }) satisfies TableColumn),
    { kind: 'dataset' },
    ...tagColumns.filter(({ key }) => isKnownTag(key)),
    ...metrics.map((key) => ({ kind: 'metric', key, aggregate: 'last' }) satisfies TableColumn),
    ...params.map((key) => ({ kind: 'param', key }) satisfies TableColumn),
    ...tagColumns.filter(({ key }) => !isKnownTag(key)),
  ]
}
