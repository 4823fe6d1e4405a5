import type { ShownGroup, ShownModelTest } from '../../src/protocol/shown-model-test.ts'
import { element } from '../shared/dom.ts'
import { type Cell, section, table } from '../shared/parts.ts'
import { drawInterval, type Scale } from './interval-bar.ts'
import { intervalText, numberText, shareText } from './figures.ts'
import { countText, text } from './texts.ts'

/** How right both models are: of all, of each class and of each slice, with what was lost as a bar beside. */
export function drawQuality({ quality }: ShownModelTest): readonly HTMLElement[] {
  if (quality === undefined) return []
  const { task, reference, output, all, classes, slices, others = [] } = quality
  const isShare = task === 'classification' || task === 'detection'
  const format = isShare ? shareText : numberText
  const formatChange = isShare || task === 'regression' ? shareText : numberText
  const scale = scaleOf([all, ...classes, ...slices])
  const row = (name: string, { samples, original, candidate, change }: ShownGroup): readonly Cell[] => [
    name,
    countText(samples),
    format(original.value),
    format(candidate.value),
    formatChange(change.value),
    intervalText(change, formatChange),
    drawInterval(change, scale),
  ]
  const heading = text('quality', { what: nameQuality(task), output })
  const number = (title: string) => ({ title, isNumber: true })
  return [
    section(
      heading,
      element('p', {}, text(reference === 'labels' ? 'quality.labels' : 'quality.original')),
      table(
        heading,
        [
          { title: text('group') },
          number(text('samples')),
          number(text('original')),
          number(text('candidate')),
          number(text(task === 'regression' ? 'rise' : 'lost')),
          number(text('interval.95')),
          { title: text(task === 'regression' ? 'rise.drawn' : 'lost.drawn') },
        ],
        [
          row(text('group.all'), all),
          ...classes.map((group) => row(text('group.class', { name: group.group }), group)),
          ...slices.map((group) => row(`${group.slicing ?? ''} ${group.group}`, group)),
        ],
      ),
    ),
    ...drawOthers(others),
  ]
}

function drawOthers(others: NonNullable<NonNullable<ShownModelTest['quality']>['others']>): readonly HTMLElement[] {
  if (others.length === 0) return []
  const number = (title: string) => ({ title, isNumber: true })
  const rows = others.map(({ title, as, original, candidate, change = candidate }): readonly Cell[] => {
    const format = as === 'share' ? shareText : numberText
    const before = original === undefined ? '' : format(original.value)
    return [title, before, format(candidate.value), intervalText(change, format)]
  })
  const columns = [
    { title: text('measure') },
    number(text('original')),
    number(text('candidate')),
    number(text('interval.change')),
  ]
  return [section(text('others'), table(text('others'), columns, rows))]
}

function nameQuality(task: string): string {
  switch (task) {
    case 'classification':
    case 'regression':
    case 'detection':
    case 'pairs':
    case 'script':
      return text(`task.${task}`)
    default:
      return task
  }
}

function scaleOf(groups: readonly ShownGroup[]): Scale {
  const ends = groups.flatMap(({ change: { value, interval = [value, value] } }) => [value, ...interval])
  const most = ends.filter(Number.isFinite).reduce((reach, end) => Math.max(reach, Math.abs(end)), 0)
  return { reach: most === 0 ? 1 : most }
}
