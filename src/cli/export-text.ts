import type { OutputComparison } from '../export/compare-outputs.ts'
import type { ExportReport } from '../export/export-model.ts'
import { frameworkTitles } from '../export/model-source.ts'
import { formatCount, formatSize } from '../protocol/quantities.ts'
import { formatTable } from './table.ts'
import { formatNumber, printable } from './text.ts'

const origins = {
  data: 'that were given',
  example: 'that were logged with the model',
  drawn: 'of random numbers: --data names real ones',
} as const

/** What an export has done, for people. */
export function describeExport(report: ExportReport, width: number | undefined): string {
  const { parity, samples, versions } = report
  const rows = parity.outputs.map(describeOutput)
  const used = Object.entries(versions).map(([library, version]) => `${library} ${version}`)
  const columns = [
    { title: 'OUTPUT' },
    { title: 'TYPE' },
    { title: 'DIFFERENCE' },
    { title: 'ALLOWED' },
    { title: 'RESULT', minWidth: 12 },
  ]
  const lines = [
    `Compared on ${formatCount(samples.count, 'sample')} ${origins[samples.origin]}.`,
    ...(parity.reason === undefined ? [] : [parity.reason]),
    ...(parity.unchecked.length === 0 ? [] : [`Not compared: ${parity.unchecked.join(', ')}.`]),
    ...(used.length === 0 ? [] : [`With ${used.join(', ')}.`]),
    conclude(report),
  ]
  const table = rows.length === 0 ? '' : `${formatTable(columns, rows, width)}\n`
  return `${table}${lines.map((line) => `${printable(line)}\n`).join('')}`
}

function describeOutput(output: OutputComparison): string[] {
  const { name, dtype, elements, maxAbsolute, maxRelative, tolerance, different, ties, isSame, problem } = output
  const found = tolerance === undefined ? '' : `${formatNumber(maxAbsolute)} (${formatNumber(maxRelative)} of it)`
  const allowed =
    tolerance === undefined
      ? 'equal'
      : `${formatNumber(tolerance.absolute)} + ${formatNumber(tolerance.relative)} of it`
  const tied = ties === 0 ? '' : `, ${formatCount(ties, 'tie')}`
  const result = problem ?? (isSame ? `same${tied}` : `${different} of ${formatCount(elements, 'element')} differ`)
  return [printable(name), dtype, found, allowed, printable(result)]
}

function conclude({ name, framework, parity, written, opset }: ExportReport): string {
  const what = `${name} of ${frameworkTitles[framework]}`
  if (written === undefined) {
    const why = parity.state === 'failed' ? 'the answers differ' : 'its answers could not be compared'
    return `Nothing was written of ${what}, since ${why}. --keep writes it all the same.`
  }
  const state = { passed: '', failed: ' ITS ANSWERS DIFFER.', unchecked: ' Its answers were not compared.' }[
    parity.state
  ]
  const operators = opset === undefined ? '' : `, opset ${opset}`
  return `Wrote ${what} to ${written.path}: ${formatSize(written.sizeBytes)}${operators}.${state}`
}
