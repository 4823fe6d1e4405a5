import type { MetricColumn, TableColumn } from '../../../src/protocol/run-table.ts'
import { tagNames } from '../../../src/protocol/tag-names.ts'
import { text } from '../../shared/texts.ts'

/** Tags that people know by what they mean: a run's code state, what started it, what is noted about it. */
const knownTags = {
  [tagNames.starred]: 'runs.tag.starred',
  [tagNames.note]: 'runs.tag.note',
  [tagNames.gitCommit]: 'runs.tag.commit',
  [tagNames.gitBranch]: 'runs.tag.branch',
  [tagNames.gitDirty]: 'runs.tag.dirty',
  [tagNames.gitRepoUrl]: 'runs.tag.repository',
  [tagNames.sourceName]: 'runs.tag.source',
  [tagNames.command]: 'runs.tag.command',
  [tagNames.workingDirectory]: 'runs.tag.workingDirectory',
  [tagNames.exitCode]: 'runs.tag.exitCode',
} as const

export function isKnownTag(key: string): key is keyof typeof knownTags {
  return Object.hasOwn(knownTags, key)
}

/** What the first column shows, and is sorted by. */
export const nameColumn = { kind: 'attribute', key: 'run_name' } as const

/** The same for two columns only if they show the same values. */
export function columnId(column: TableColumn): string {
  switch (column.kind) {
    case 'metric':
      return JSON.stringify(['metric', column.key, column.aggregate, ...listDetails(column)])
    case 'dataset':
      return 'dataset'
    default:
      return JSON.stringify([column.kind, column.key])
  }
}

/** As the header shows it. */
export function columnName(column: TableColumn): string {
  switch (column.kind) {
    case 'attribute':
      return text(`runs.attribute.${column.key}`)
    case 'dataset':
      return text('runs.dataset')
    case 'tag':
      return isKnownTag(column.key) ? text(knownTags[column.key]) : column.key
    default:
      return column.key
  }
}

/** As a screen reader or a tooltip says it: with its kind, and which point of a series it shows. */
export function spokenColumnName(column: TableColumn): string {
  if (column.kind === 'attribute' || column.kind === 'dataset') return columnName(column)
  const name = text(`runs.kind.${column.kind}`, { key: column.key })
  return column.kind === 'metric' && column.aggregate !== 'last'
    ? text('runs.aggregated', { name, aggregate: aggregateName(column) })
    : name
}

/** Which value of its metric a column shows. */
export function aggregateName(column: MetricColumn): string {
  switch (column.aggregate) {
    case 'at-step':
      return text('runs.aggregate.at-step', { step: column.step })
    case 'at-best':
      return text(`runs.aggregate.at-best.${column.goal}`, { key: column.of })
    default:
      return text(`runs.aggregate.${column.aggregate}`)
  }
}

function listDetails(column: MetricColumn): readonly (string | number)[] {
  if (column.aggregate === 'at-step') return [column.step]
  return column.aggregate === 'at-best' ? [column.of, column.goal] : []
}
