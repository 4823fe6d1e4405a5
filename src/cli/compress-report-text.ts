import {
  type CandidateLayers,
  findCandidate,
  type ReportedCandidate,
  type ReportedStep,
  type SearchReport,
} from '../protocol/compression.ts'
import { describeFault, findFaults, hasPassed } from '../protocol/compression-verdict.ts'
import { formatMeasure, isMeasureName, type MeasureName, type Measurements } from '../protocol/measures.ts'
import { formatCount, formatSize } from '../protocol/quantities.ts'
import { formatTable } from './table.ts'
import { printable } from './text.ts'

/** Every candidate of a search, those on the front first, and what is recommended. */
export function describeReport(report: SearchReport, width: number | undefined): string {
  const { candidates, original, front, isDone, recommended, model } = report
  const measures = columnsOf(report)
  const columns = [
    { title: 'NO', align: 'right' as const },
    { title: 'MODEL', minWidth: 20 },
    ...measures.map((name) => ({ title: name.toUpperCase(), align: 'right' as const })),
    { title: 'FRONT' },
    { title: 'GOOD' },
  ]
  const figures = (found: Measurements) => measures.map((measure) => formatFound(measure, found))
  const isOnFront = ({ number }: ReportedCandidate) => front.includes(number)
  const ordered = [...candidates.filter(isOnFront), ...candidates.filter((each) => !isOnFront(each))]
  const rows = [
    ['', 'original', ...figures(original.measurements), '', ''],
    ...ordered.map((each) => [
      String(each.number),
      each.name,
      ...figures(each.measurements),
      isOnFront(each) ? 'yes' : 'no',
      hasPassed(report, each) ? 'yes' : 'no',
    ]),
  ]
  const best = findCandidate(report, recommended)
  const end = isDone
    ? best === undefined
      ? 'None is recommended.'
      : `Recommended: ${best.number}, ${best.name}.`
    : `The search goes on; ${formatCount(candidates.length, 'candidate')} so far.`
  return `${printable(model)}\n${formatTable(columns, rows, width)}${printable(end)}\n`
}

/** One candidate: its recipe, its figures, and what was changed. */
export function describeReported(
  report: SearchReport,
  candidate: ReportedCandidate,
  layers: CandidateLayers | undefined,
  width: number | undefined,
): string {
  const faults = findFaults(report, candidate)
  const original = report.original.measurements
  const figures = [...candidate.measurements].map(([measure, { value, interval }]) => [
    measure,
    formatMeasure(measure, value),
    interval === undefined ? '' : interval.map((end) => formatMeasure(measure, end)).join(' to '),
    formatFound(measure, original),
  ])
  const columns = ['MEASURE', 'VALUE', '95 % INTERVAL', 'ORIGINAL'].map((title) => ({ title }))
  return [
    `${candidate.number}: ${printable(candidate.name)}${report.recommended === candidate.number ? ' (recommended)' : ''}\n`,
    ...candidate.steps.map((step, at) => `  ${at + 1}. ${printable(describeStep(step))}\n`),
    ...faults.map((fault) => `${printable(describeFault(fault))}\n`),
    formatTable(columns, figures, width),
    ...(layers === undefined ? [] : [describeLayers(layers, width)]),
  ].join('')
}

function columnsOf({ axes, goals }: SearchReport): readonly MeasureName[] {
  const wanted = goals.map((goal) => /^[\w-]+/.exec(goal)?.[0] ?? '').filter(isMeasureName)
  return [...new Set<MeasureName>([...axes, 'speedup', ...wanted])]
}

function formatFound(measure: MeasureName, found: Measurements): string {
  const value = found.get(measure)?.value
  return value === undefined ? '' : formatMeasure(measure, value)
}

/** A pass with what it was told. */
function describeStep({ pass, options = {}, keep = [] }: ReportedStep): string {
  const values = Object.entries(options).map(([name, value]) => `${name}=${String(value)}`)
  const but = keep.length === 0 ? [] : [`leaving ${keep.join(', ')} as they are`]
  return [pass, ...values, ...but].join(', ')
}

function describeLayers({ changes, nodes }: CandidateLayers, width: number | undefined): string {
  const rows = changes.map(({ name, what, from, to, bytesBefore, bytesAfter }) => [
    name,
    what,
    `${from} → ${to}`,
    bytesBefore === bytesAfter ? '' : `${formatSize(bytesBefore)} → ${formatSize(bytesAfter)}`,
  ])
  const columns = [
    { title: 'NODE OR WEIGHT', minWidth: 16 },
    { title: 'WHAT', minWidth: 16 },
    { title: 'FROM → TO', minWidth: 16 },
    { title: 'SIZE' },
  ]
  const inFloat = (nodes ?? []).filter(({ precision }) => precision === 'float')
  const told =
    nodes === undefined
      ? []
      : [`${inFloat.length} of ${formatCount(nodes.length, 'node')} with weights still run in float.`]
  const names = inFloat.map(({ name, operator }) => `  ${name} (${operator})`)
  return `${formatTable(columns, rows, width)}${[...told, ...names].map((line) => `${printable(line)}\n`).join('')}`
}
