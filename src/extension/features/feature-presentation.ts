import type { FeatureColumn } from '../../protocol/feature-versions.ts'
import { localize } from '../localize.ts'
import { escapeMarkdown } from '../tree/escape-markdown.ts'
import { formatAge, formatCount, formatMetricValue } from '../tree/format.ts'
import type { Presentation } from '../tree/presentation.ts'
import { drawSparkline } from '../tree/sparkline.ts'
import type {
  FeatureColumnElement,
  FeatureElement,
  FeatureGroupElement,
  FeatureHintElement,
  FeatureSetElement,
  FeatureVersionElement,
} from './element.ts'

/** @param now milliseconds since 1970-01-01 UTC, for ages */
export function presentFeatures(element: FeatureElement, now: number): Presentation {
  switch (element.kind) {
    case 'data-feature-group':
      return presentGroup(element)
    case 'data-feature-set':
      return presentSet(element, now)
    case 'data-feature-version':
      return presentVersion(element, now)
    case 'data-feature-hint':
      return presentHint(element)
    case 'data-feature-column':
      return presentColumn(element)
  }
}

function presentGroup({ label: folder, featureSets, error }: FeatureGroupElement): Presentation {
  const label = localize('Feature Sets')
  const parts = [folder, error === undefined ? formatCount(featureSets.length) : undefined]
  const told = parts.filter((part) => part !== undefined)
  return {
    label,
    description: told.join(' · '),
    icon: { name: 'table' },
    collapsible: 'expanded',
    context: 'features',
    spoken: [label, ...told].join(', '),
  }
}

function presentSet({ featureSet }: FeatureSetElement, now: number): Presentation {
  const { name, entities, owner, description, versionCount, latest } = featureSet
  const parts = [
    entities.join(', '),
    ...(owner === undefined ? [] : [owner]),
    ...(latest === undefined
      ? [localize('not built')]
      : [
          localize('{count, plural, one {# version} other {# versions}}', { count: versionCount }),
          describeRows(latest.rowCount),
          describeAge(latest.builtTime, now),
        ]),
  ]
  return {
    label: name,
    description: parts.join(' · '),
    tooltip: [
      `**${escapeMarkdown(name)}**`,
      ...[...(description === undefined ? [] : [description]), ...parts].map(escapeMarkdown),
    ].join('\n\n'),
    icon: { name: 'symbol-structure' },
    collapsible: 'collapsed',
    context: `feature-set ${latest === undefined ? 'unbuilt' : 'built'}`,
    spoken: [localize('Feature set {name}', { name }), ...parts].join(', '),
  }
}

function presentVersion({ built, isCurrent }: FeatureVersionElement, now: number): Presentation {
  const label = built.version.slice(0, 8)
  const { nullKeyCount, nullTimeCount, duplicateCount } = built.dropped
  const dropped = nullKeyCount + nullTimeCount + duplicateCount
  const parts = [
    ...(isCurrent ? [localize('current')] : []),
    describeRows(built.table.rowCount),
    describeAge(built.builtTime, now),
    ...(dropped === 0 ? [] : [localize('{count, plural, one {# row} other {# rows}} left out', { count: dropped })]),
  ]
  const sources = built.sources.map(({ path }) => escapeMarkdown(path))
  return {
    label,
    description: parts.join(' · '),
    tooltip: [`\`${built.version}\``, ...parts.map(escapeMarkdown), ...sources].join('\n\n'),
    icon: { name: isCurrent ? 'pass' : 'history' },
    collapsible: 'collapsed',
    context: 'feature-version',
    spoken: [localize('Version {version}', { version: label }), ...parts].join(', '),
  }
}

function presentHint({ problem }: FeatureHintElement): Presentation {
  const label =
    problem === undefined
      ? localize('Not built: its definition or sources have changed')
      : localize('Cannot be built: {problem}', { problem })
  return {
    label,
    tooltip: escapeMarkdown(label),
    icon: problem === undefined ? { name: 'info' } : { name: 'warning', color: 'list.warningForeground' },
    collapsible: 'none',
    context: 'feature-hint',
    spoken: label,
    ...(problem === undefined ? { click: 'runwright.buildFeatures' } : {}),
  }
}

function presentColumn({ column }: FeatureColumnElement): Presentation {
  const { name, type } = column
  const facts = describeColumn(column)
  const shape = drawSparkline(column.histogram?.counts ?? [])
  const top = (column.topValues ?? []).slice(0, shownValues)
  return {
    label: name,
    description: [...facts, shape].filter((part) => part !== '').join(' · '),
    tooltip: [
      `**${escapeMarkdown(name)}** ${escapeMarkdown(type)}`,
      ...facts.map(escapeMarkdown),
      ...top.map(({ value, count }) => `${escapeMarkdown(value)}: ${formatCount(count)}`),
    ].join('\n\n'),
    icon: { name: 'symbol-field' },
    collapsible: 'none',
    context: 'feature-column',
    spoken: [localize('Column {name}', { name }), type, ...facts].join(', '),
  }
}

/** The most frequent ones. */
const shownValues = 5

function describeColumn({
  nullCount,
  nonFiniteCount = 0,
  distinctCount,
  min,
  max,
  mean,
  std,
}: FeatureColumn): readonly string[] {
  const missing = nullCount + nonFiniteCount
  return [
    ...(min === undefined || max === undefined
      ? []
      : [localize('{least} to {greatest}', { least: formatMetricValue(min), greatest: formatMetricValue(max) })]),
    ...(mean === undefined ? [] : [localize('mean {value}', { value: formatMetricValue(mean) })]),
    ...(std === undefined ? [] : [localize('standard deviation {value}', { value: formatMetricValue(std) })]),
    localize('{count} distinct', { count: formatCount(distinctCount) }),
    ...(missing === 0 ? [] : [localize('{count} missing', { count: formatCount(missing) })]),
  ]
}

function describeRows(count: number): string {
  return localize('{count, plural, one {# row} other {# rows}}', { count })
}

function describeAge(builtTime: number, now: number): string {
  return localize('built {age}', { age: formatAge(builtTime, now) })
}
