import { RunwrightError } from './errors.ts'
import { formatSize, parseSize } from './quantities.ts'

/** How the limit of a goal is written: `1%`, `20ms`, `10MB` (powers of 1,024), `1.5x`, `200/s`, `0.01`, `3`. */
type Unit = 'share' | 'time' | 'size' | 'ratio' | 'rate' | 'number' | 'count'

interface Measure {
  readonly unit: Unit
  readonly better: 'less' | 'more'
  readonly summary: string
}

/** All that a goal can be about. Values are shares of 1, milliseconds, bytes, ratios, samples a second and numbers. */
export const measures = {
  'accuracy-drop': { unit: 'share', better: 'less', summary: 'share of right answers lost, of all samples' },
  'error-increase': { unit: 'share', better: 'less', summary: 'rise of the root mean squared error of a regression' },
  'map-drop': { unit: 'share', better: 'less', summary: 'mean average precision lost by a detection' },
  'correlation-drop': { unit: 'number', better: 'less', summary: 'rank correlation lost by embeddings of pairs' },
  'score-drop': { unit: 'number', better: 'less', summary: 'lost of the score that a script gives' },
  agreement: { unit: 'share', better: 'more', summary: 'samples with the same answer as the original' },
  'robust-agreement': { unit: 'share', better: 'more', summary: 'the same under the worst disturbance of the inputs' },
  similarity: { unit: 'number', better: 'more', summary: 'mean cosine with the original’s outputs' },
  'max-error': { unit: 'number', better: 'less', summary: 'largest difference from the original’s outputs' },
  'mean-error': { unit: 'number', better: 'less', summary: 'mean difference from the original’s outputs' },
  p50: { unit: 'time', better: 'less', summary: 'median of the time of a run' },
  p95: { unit: 'time', better: 'less', summary: 'time that 95 of 100 runs keep to' },
  p99: { unit: 'time', better: 'less', summary: 'time that 99 of 100 runs keep to' },
  'start-up': { unit: 'time', better: 'less', summary: 'loading and the first run' },
  throughput: { unit: 'rate', better: 'more', summary: 'samples in a second' },
  speedup: { unit: 'ratio', better: 'more', summary: 'time of the original in that of the candidate' },
  memory: { unit: 'size', better: 'less', summary: 'memory that the model adds to its process' },
  size: { unit: 'size', better: 'less', summary: 'the model on the disk, with weights in files beside it' },
  'float-nodes': { unit: 'count', better: 'less', summary: 'nodes with weights that still run in float' },
} as const satisfies Readonly<Record<string, Measure>>

export type MeasureName = keyof typeof measures

/** A bound on one measure: at most, where less is better, and at least, where more is. */
export interface Goal {
  readonly measure: MeasureName
  readonly limit: number
}

/** What was found, and where it lies with 95 % confidence, when that was computed. */
export interface Measurement {
  readonly value: number
  readonly interval?: readonly [low: number, high: number] | undefined
}

export type Measurements = ReadonlyMap<MeasureName, Measurement>

/**
 * Reads a goal such as `accuracy-drop<=1%` or `p99 ≤ 20 ms`.
 *
 * @throws INVALID_PARAMETER_VALUE that says what can be written instead
 */
export function parseGoal(text: string): Goal {
  const [, name = '', operator = '', limitText = ''] = /^\s*([\w-]+)\s*(<=|>=|≤|≥)\s*(.+?)\s*$/.exec(text) ?? []
  if (name === '') throw wrong(text, 'it is no measure with a limit', 'Write for example accuracy-drop<=1%.')
  if (!isMeasureName(name)) {
    throw wrong(text, `there is no measure “${name}”`, `There are: ${Object.keys(measures).join(', ')}.`)
  }
  const { unit, better } = measures[name]
  const isUpper = operator === '<=' || operator === '≤'
  if (isUpper !== (better === 'less')) {
    const right = better === 'less' ? '<=' : '>='
    throw wrong(text, `of ${name} ${better} is better`, `Write ${name}${right}${limitText}.`)
  }
  const limit = parseLimit(unit, limitText.replaceAll(/\s+/g, ''))
  if (limit === undefined) throw wrong(text, `“${limitText}” is no ${unit}`, `Write for example ${examples[unit]}.`)
  return { measure: name, limit }
}

export function isMeasureName(name: string): name is MeasureName {
  return Object.hasOwn(measures, name)
}

function wrong(text: string, why: string, hint: string): RunwrightError {
  return new RunwrightError('INVALID_PARAMETER_VALUE', `The goal “${text}”: ${why}.`, { hint })
}

const examples: Readonly<Record<Unit, string>> = {
  share: '1%',
  time: '20ms, 2s or 500us',
  size: '10MB',
  ratio: '1.5x',
  rate: '200/s',
  number: '0.01',
  count: '3',
}

const milliseconds: Readonly<Record<string, number>> = { us: 0.001, µs: 0.001, ms: 1, s: 1000 }

function parseLimit(unit: Unit, text: string): number | undefined {
  if (unit === 'size') return parseSize(text)
  const [, digits = '', suffix = ''] = /^(\d+(?:\.\d+)?(?:e[+-]?\d+)?)(.*)$/i.exec(text) ?? []
  const number = digits === '' ? Number.NaN : Number(digits)
  if (!Number.isFinite(number)) return undefined
  switch (unit) {
    // Without the sign 1 could be all of them, or one in a hundred.
    case 'share':
      return suffix === '%' ? Number((number / 100).toPrecision(15)) : undefined
    case 'time':
      return Object.hasOwn(milliseconds, suffix) ? number * (milliseconds[suffix] ?? 0) : undefined
    case 'ratio':
      return suffix === 'x' || suffix === '' ? number : undefined
    case 'rate':
      return suffix === '/s' || suffix === '' ? number : undefined
    case 'number':
      return suffix === '' ? number : undefined
    case 'count':
      return suffix === '' && Number.isInteger(number) ? number : undefined
  }
}

/** As `parseGoal` reads it again. */
export function formatGoal({ measure, limit }: Goal): string {
  const { unit, better } = measures[measure]
  const value = unit === 'size' ? formatLimitSize(limit) : formatMeasure(measure, limit).replaceAll(' ', '')
  return `${measure}${better === 'less' ? '<=' : '>='}${value}`
}

/** Rounded only where nothing is lost. */
function formatLimitSize(bytes: number): string {
  const text = formatSize(bytes).replaceAll(' ', '')
  return parseSize(text) === bytes ? text : `${bytes}B`
}

/** A value of a measure for people, for example `1.2%`, `3.1 ms`, `4.5 MiB`, `1.3x`. */
export function formatMeasure(measure: MeasureName, value: number): string {
  const short = String(Number(value.toPrecision(4)))
  switch (measures[measure].unit) {
    case 'share':
      return `${Number((value * 100).toPrecision(4))}%`
    case 'time':
      return `${short} ms`
    case 'size':
      return formatSize(value)
    case 'ratio':
      return `${short}x`
    case 'rate':
      return `${short}/s`
    case 'number':
    case 'count':
      return short
  }
}
