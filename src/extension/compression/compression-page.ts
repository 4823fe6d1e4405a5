import { basename } from 'node:path'
import { type Fault, findFaults, hasPassed } from '../../protocol/compression-verdict.ts'
import {
  type CandidateLayers,
  findCandidate,
  type ReportedCandidate,
  type SearchReport,
} from '../../protocol/compression.ts'
import type {
  CompressionPageTexts,
  KeptCompressionPage,
  PageFigure,
  PageLayers,
  PageMeasure,
  PageModel,
  ToCompressionPage,
} from '../../protocol/compression-page-messages.ts'
import { isMeasureName, type MeasureName, type Measurements, measures } from '../../protocol/measures.ts'
import { formatSize } from '../../protocol/quantities.ts'
import { currentLanguage, localize } from '../localize.ts'
import { describeFault, describeOutcome, describeStep, nameMeasure, tellBetter } from './compression-words.ts'

type SearchMessage = Extract<ToCompressionPage, { kind: 'search' }>

/**
 * A search in the words of the editor's language, for its page to draw.
 *
 * @param hasEnded whether its run has; one that was not done by then was stopped
 */
export function describeSearch(report: SearchReport, kept: KeptCompressionPage, hasEnded: boolean): SearchMessage {
  const names = listMeasures(report)
  return {
    kind: 'search',
    language: currentLanguage(),
    kept,
    measures: names.map((name): PageMeasure => ({ name, title: nameMeasure(name), better: tellBetter(name) })),
    axes: chooseAxes(report, names),
    models: [describeOriginal(report), ...report.candidates.map((candidate) => describeCandidate(report, candidate))],
    isRecorded: report.candidates.some(({ runId }) => runId !== undefined),
    texts: describePage(report, hasEnded),
  }
}

/** What a page is called, and the text beside it. */
export function titleCompression(name: string): string {
  return localize('Compression: {name}', { name })
}

/** Those that anything was measured by, in the order of `measures`; those of the front first. */
function listMeasures({ axes, original, candidates }: SearchReport): readonly MeasureName[] {
  const found = new Set([...axes, ...[original, ...candidates].flatMap(({ measurements }) => [...measurements.keys()])])
  const rest = Object.keys(measures).filter(isMeasureName)
  return [...new Set([...axes, ...rest])].filter((name) => found.has(name))
}

function chooseAxes({ axes }: SearchReport, names: readonly MeasureName[]): SearchMessage['axes'] {
  const has = (name: MeasureName) => names.includes(name)
  const quality = axes.find((name) => name !== 'size' && name !== 'p50' && name !== 'memory')
  const x = has('size') ? 'size' : (names[0] ?? 'size')
  return { x, y: has('p50') ? 'p50' : (names[1] ?? x), label: quality }
}

function toFigures(found: Measurements): readonly PageFigure[] {
  return [...found].map(([measure, { value, interval }]) => ({ measure, value, interval }))
}

function describeOriginal({ original, model }: SearchReport): PageModel {
  return {
    number: 0,
    name: basename(model),
    mark: 'original',
    note: localize('the original'),
    figures: toFigures(original.measurements),
    steps: [],
    goals: describeGoals(original.goals),
  }
}

function describeCandidate(report: SearchReport, candidate: ReportedCandidate): PageModel {
  const { number, name, measurements, goals, steps } = candidate
  const mark = markOf(report, candidate)
  return {
    number,
    name,
    mark,
    note: [...noteMark(report, candidate, mark), ...findFaults(report, candidate).flatMap(toNote)].join(' · '),
    figures: toFigures(measurements),
    steps: steps.map(describeStep),
    goals: describeGoals(goals),
  }

  function toNote(fault: Fault): readonly string[] {
    // While the search goes on none was measured again.
    return fault.kind === 'not-measured-again' && !report.isDone ? [] : [describeFault(fault)]
  }
}

function describeGoals(goals: ReportedCandidate['goals']): PageModel['goals'] {
  return goals.map((goal) => ({ text: goal.text, outcome: describeOutcome(goal), isMet: goal.isMet }))
}

function markOf(report: SearchReport, candidate: ReportedCandidate): PageModel['mark'] {
  const { number } = candidate
  if (report.recommended === number) return 'recommended'
  if (!hasPassed(report, candidate)) return 'failed'
  return report.front.includes(number) ? 'front' : 'other'
}

function noteMark(
  { front, closest }: SearchReport,
  { number }: ReportedCandidate,
  mark: PageModel['mark'],
): readonly string[] {
  return [
    ...(mark === 'recommended' ? [localize('recommended')] : []),
    ...(closest === number ? [localize('came closest')] : []),
    ...(front.includes(number) ? [localize('on the front')] : []),
  ]
}

function describeStatus(report: SearchReport, hasEnded: boolean): string {
  const { candidates, isDone, trying, recommended, front, skipped } = report
  const count = localize('{count, plural, one {# model measured} other {# models measured}}', {
    count: candidates.length,
  })
  const onFront = localize('{count} on the front', { count: front.length })
  if (!isDone && hasEnded) {
    return [count, onFront, localize('stopped before its end: try its job again to go on')].join(' · ')
  }
  if (!isDone) {
    const now = trying === undefined ? localize('the search goes on') : localize('trying {name}', { name: trying })
    return [count, onFront, now].join(' · ')
  }
  const best = findCandidate(report, recommended)
  const end =
    best === undefined ? localize('none is recommended') : localize('recommended: {name}', { name: best.name })
  const left = skipped === 0 ? [] : [localize('no time for {count} more', { count: skipped })]
  return [count, onFront, end, ...left].join(' · ')
}

function describePage(report: SearchReport, hasEnded: boolean): CompressionPageTexts {
  const { model, goals, target, samples, differences } = report
  return {
    title: titleCompression(basename(model)),
    status: describeStatus(report, hasEnded),
    notes: [
      localize('Goals: {goals}. Target: {target}. Samples: {count}.', {
        goals: goals.join(', '),
        target,
        count: samples,
      }),
      ...differences,
    ],
    ...fixedTexts(),
  }
}

function fixedTexts(): Omit<CompressionPageTexts, 'title' | 'status' | 'notes'> {
  return {
    x: localize('Across'),
    y: localize('Up'),
    label: localize('Beside points'),
    none: localize('nothing'),
    chart: localize('Show as Chart'),
    table: localize('Show as Table'),
    keys: localize('Arrow keys go from model to model. What is chosen is described beside the chart.'),
    marks: {
      original: localize('the original'),
      recommended: localize('recommended'),
      front: localize('on the front'),
      other: localize('another is better in everything'),
      failed: localize('misses a goal'),
    },
    frontLine: localize('best of those that meet the goals'),
    model: localize('Model'),
    state: localize('How It Stands'),
    recipe: localize('Recipe'),
    goals: localize('Goals'),
    figures: localize('Figures'),
    measure: localize('Measure'),
    value: localize('Value'),
    interval: localize('95 % Interval'),
    original: localize('Original'),
    asItIs: localize('The model as it is.'),
    chooseOne: localize('Choose a model to see how it was made and what it can do.'),
    exportModel: localize('Export Model…'),
    register: localize('Register as Model Version…'),
    copy: localize('Copy Command That Repeats It'),
    openRun: localize('Show Run'),
  }
}

/** What was changed of a candidate layer by layer, and how each runs; those in float first. */
export function describeLayers(number: number, layers: CandidateLayers | undefined): PageLayers {
  if (layers === undefined) {
    return { number, tables: [], note: localize('What was changed layer by layer was not kept.') }
  }
  const { changes, nodes = [] } = layers
  const ordered = nodes.toSorted((a, b) => Number(a.precision === 'integer') - Number(b.precision === 'integer'))
  const inFloat = nodes.filter(({ precision }) => precision === 'float').length
  const changed = {
    title: localize('Changed by Layer'),
    columns: [localize('Node or Weight'), localize('What'), localize('Before'), localize('After')],
    rows: changes.map(({ name, what, from, to, bytesBefore, bytesAfter }) => [
      name,
      what,
      bytesBefore === 0 ? from : `${from} · ${formatSize(bytesBefore)}`,
      bytesAfter === 0 ? to : `${to} · ${formatSize(bytesAfter)}`,
    ]),
  }
  const run = {
    title: localize('How It Runs'),
    columns: [localize('Node'), localize('Operator of the Runtime'), localize('Computes in')],
    rows: ordered.map(({ name, operator, precision }) => [
      name,
      operator,
      precision === 'float' ? localize('float') : localize('integers'),
    ]),
  }
  return {
    number,
    tables: [changed, run].filter(({ rows }) => rows.length > 0),
    note:
      layers.nodes === undefined
        ? localize('The runtime does not tell what still runs in float.')
        : localize('Nodes with weights that still run in float: {count} of {total}.', {
            count: inFloat,
            total: nodes.length,
          }),
  }
}
