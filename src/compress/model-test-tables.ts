import { formatInteger, formatSize } from '../protocol/quantities.ts'
import { formatMeasure, type GoalResult, type Measurement } from './goals.ts'
import type { Comparison, ModelFigures, StartUp } from './measure-models.ts'
import type { GroupQuality, ModelTestReport, Quality } from './model-test-report.ts'

/** A part of a report for people, in a terminal and on a page alike. */
export interface ReportTable {
  readonly title: string
  readonly columns: readonly { readonly title: string; readonly align?: 'right' }[]
  readonly rows: readonly (readonly string[])[]
}

/** Nodes and groups are listed up to this many. */
const maxRows = 50

/** All of a report that has something to say, what decides first. */
export function reportTables(report: ModelTestReport): readonly ReportTable[] {
  const { quality, performance } = report
  const tables = [
    table('Gates', ['GATE', 'FOUND>', '95 % INTERVAL', 'RESULT'], report.gates.map(gateRow)),
    table(
      'Checks',
      ['CHECK', 'RESULT', 'SEEN'],
      report.checks.map(({ title, isPassed, details }) => [title, isPassed ? 'passed' : 'failed', details]),
    ),
    ...(quality === undefined ? [] : [qualityTable(quality), otherTable(quality)]),
    parityTable(report),
    robustnessTable(report),
    table(
      'Inputs that are wrong',
      ['INPUT', 'ORIGINAL', 'CANDIDATE'],
      report.invalidInputs.map(({ title, original, candidate }) => [title, original, candidate]),
    ),
    floatTable(report),
    ...(performance === undefined
      ? []
      : [speedTable(performance.comparisons), startTable(performance.startUp, report)]),
  ]
  return tables.filter(({ rows }) => rows.length > 0)
}

/** @param columns a title that ends with `>` is of numbers */
function table(title: string, columns: readonly string[], rows: readonly (readonly string[])[]): ReportTable {
  const toColumn = (text: string) =>
    text.endsWith('>') ? { title: text.slice(0, -1), align: 'right' as const } : { title: text }
  const more = rows.length > maxRows ? [[`and ${rows.length - maxRows} more`]] : []
  return { title, columns: columns.map(toColumn), rows: [...rows.slice(0, maxRows), ...more] }
}

function gateRow(result: GoalResult): readonly string[] {
  const { goal, text, measurement } = result
  const format = (value: number) => formatMeasure(goal.measure, value)
  const found = measurement === undefined ? '' : format(measurement.value)
  return [text, found, formatInterval(measurement, format), nameResult(result)]
}

/** What came of a gate, in words. */
export function nameResult({ isMet, isSure, measurement }: GoalResult): string {
  if (measurement === undefined) return 'not measured'
  const result = isMet ? 'met' : 'missed'
  return isSure ? result : `${result}, not surely`
}

function formatInterval(measurement: Measurement | undefined, format: (value: number) => string): string {
  const [low, high] = measurement?.interval ?? []
  return low === undefined || high === undefined ? '' : `${format(low)} to ${format(high)}`
}

/** What the quality of a task is called, how it is written, and what its change is. */
const qualityWords: Readonly<
  Record<Quality['task'], { readonly what: string; readonly as: 'share' | 'number'; readonly change: 'LOST' | 'RISE' }>
> = {
  classification: { what: 'Right answers', as: 'share', change: 'LOST' },
  regression: { what: 'Root mean squared error', as: 'number', change: 'RISE' },
  detection: { what: 'Mean average precision', as: 'share', change: 'LOST' },
  pairs: { what: 'Rank correlation of pairs', as: 'number', change: 'LOST' },
  script: { what: 'Score', as: 'number', change: 'LOST' },
}

function qualityTable({ task, reference, output, unit, all, classes, slices }: Quality): ReportTable {
  const { what, as, change: changed } = qualityWords[task]
  const format = as === 'share' ? percent : number
  const formatChange = as === 'share' || task === 'regression' ? percent : number
  const row = (group: string, { samples, original, candidate, change }: GroupQuality) => [
    group,
    formatInteger(samples),
    format(original.value),
    format(candidate.value),
    formatChange(change.value),
    formatInterval(change, formatChange),
  ]
  const against = reference === 'labels' ? 'the labels' : 'the original’s answers'
  return table(
    task === 'script' ? 'Score, by the script' : `${what} of “${output}”, by ${against}`,
    [`${unit.toUpperCase()} OF`, 'COUNT>', 'ORIGINAL>', 'CANDIDATE>', `${changed}>`, '95 % INTERVAL'],
    [
      row('all', all),
      ...classes.map((group) => row(`class ${group.group}`, group)),
      ...slices.map((group) => row(`${group.slicing} ${group.group}`, group)),
    ],
  )
}

function otherTable({ others, agreement }: Quality): ReportTable {
  const rows = others.map(({ title, as, original, candidate, change = candidate }) => {
    const format = as === 'share' ? percent : number
    const before = original === undefined ? '' : format(original.value)
    return [title, before, format(candidate.value), formatInterval(change, format)]
  })
  const same =
    agreement === undefined
      ? []
      : [['Samples with the same detections', '', percent(agreement.value), formatInterval(agreement, percent)]]
  return table(
    'Further measures of all samples',
    ['MEASURE', 'ORIGINAL>', 'CANDIDATE>', '95 % INTERVAL OF THE CHANGE'],
    [...rows, ...same],
  )
}

function parityTable({ parity }: ModelTestReport): ReportTable {
  return table(
    'Outputs beside the original’s',
    ['OUTPUT', 'LARGEST ERROR>', 'MEAN ERROR>', 'OF LARGEST>', 'COSINE>', 'LEAST COSINE>', 'SAME ANSWER>'],
    parity.map((each) => [
      each.output,
      number(each.maxError),
      number(each.meanError),
      percent(each.relativeError),
      number(each.cosine.value),
      number(each.leastCosine),
      each.agreement === undefined ? '' : percent(each.agreement.value),
    ]),
  )
}

function robustnessTable({ robustness }: ModelTestReport): ReportTable {
  return table(
    'Inputs that are disturbed',
    [
      'DISTURBANCE',
      'SAMPLES>',
      'SAME AS ORIGINAL>',
      '95 % INTERVAL',
      'ORIGINAL RIGHT>',
      'CANDIDATE RIGHT>',
      'NOT FINITE>',
    ],
    robustness.map(({ title, samples, agreement, accuracy, nonFinite }) => [
      title,
      formatInteger(samples),
      percent(agreement.value),
      formatInterval(agreement, percent),
      accuracy === undefined ? '' : percent(accuracy.original),
      accuracy === undefined ? '' : percent(accuracy.candidate),
      `${nonFinite.original} → ${nonFinite.candidate}`,
    ]),
  )
}

function floatTable({ precision }: ModelTestReport): ReportTable {
  const nodes = precision?.floatNodes ?? []
  const all = nodes.length + (precision?.integerNodes ?? 0)
  return table(
    `Nodes with weights that run in float: ${nodes.length} of ${all}`,
    ['NODE', 'OPERATOR'],
    nodes.map(({ node, operator }) => [node, operator]),
  )
}

function speedTable(comparisons: readonly Comparison[]): ReportTable {
  const row = ({ setting, speedup }: Comparison, name: string, figures: ModelFigures) => [
    String(setting.threads),
    String(setting.batch),
    name,
    number(figures.p50.value),
    number(figures.p95.value),
    number(figures.p99.value),
    number(figures.throughput.value),
    number(figures.cpuMs),
    formatSize(figures.memoryBytes),
    name === 'original' ? '' : `${number(speedup.value)}x`,
    name === 'original' ? '' : formatInterval(speedup, (value) => `${number(value)}x`),
  ]
  const times = ['p50 MS>', 'p95 MS>', 'p99 MS>', 'SAMPLES/S>', 'CPU MS>', 'MEMORY>', 'SPEEDUP>', '95 % INTERVAL']
  return table(
    'Time and memory, by turns',
    ['THREADS>', 'BATCH>', 'MODEL', ...times],
    comparisons.flatMap((comparison) => [
      row(comparison, 'original', comparison.original),
      row(comparison, 'candidate', comparison.candidate),
    ]),
  )
}

function startTable(
  { original, candidate }: { readonly original: StartUp; readonly candidate: StartUp },
  report: ModelTestReport,
): ReportTable {
  const row = (name: string, { startUp, load }: StartUp, sizeBytes: number) => [
    name,
    number(startUp.value),
    number(load.value),
    formatSize(sizeBytes),
  ]
  return table(
    'Start and size',
    ['MODEL', 'FIRST ANSWER MS>', 'LOADED MS>', 'SIZE>'],
    [row('original', original, report.original.sizeBytes), row('candidate', candidate, report.candidate.sizeBytes)],
  )
}

function number(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(4))) : Number.isNaN(value) ? '' : String(value)
}

function percent(value: number): string {
  return Number.isFinite(value) ? `${Number((value * 100).toPrecision(4))}%` : number(value)
}

/** One sentence: what came of it. */
export function sumUp({ candidate, original, checks, gates, isPassed }: ModelTestReport): string {
  const missed = gates.filter(({ isMet }) => !isMet).map(({ text }) => text)
  const failed = checks.filter((check) => !check.isPassed).map(({ title }) => `“${title}”`)
  const what = `${candidate.name} against ${original.name}`
  const count = (all: readonly unknown[], one: string) => `${all.length} ${all.length === 1 ? one : `${one}s`}`
  if (isPassed) return `${what}: passed, ${count(checks, 'check')} and ${count(gates, 'gate')}.`
  return `${what}: failed by ${[...failed, ...missed].join(', ')}.`
}

/** What a reader has to know of the figures. */
export function describeCircumstances({ data, target }: ModelTestReport): readonly string[] {
  const { processor, cores, instructions } = target.machine
  return [
    `Data: ${data.name}, ${formatInteger(data.samples)} samples ${data.hasLabels ? 'with' : 'without'} labels.`,
    `Target: ${target.profile.title}. Measured on ${processor}, ${cores} cores${instructions === undefined ? '' : `, ${instructions}`}.`,
    ...target.notes,
  ]
}
