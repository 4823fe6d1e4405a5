import { createRandom } from '../base/seeded-random.ts'
import { RunwrightError } from './errors.ts'
import type { Param } from './runs.ts'

/** Which values of params a launch tries. */
export interface Sweep {
  /** Every combination of these values. */
  readonly grid: readonly { readonly key: string; readonly values: readonly string[] }[]
  /** Values drawn from these ranges. */
  readonly random: readonly RandomRange[]
  /** Draws, each for every combination of the grid. Default: 10 where there are ranges. */
  readonly trials?: number
  /** The same seed draws the same values. Default: 0. */
  readonly seed?: number
  /** How often everything is launched. Default: 1. */
  readonly repeat?: number
}

/** From `low` to `high`: whole numbers where both ends are written as such, both ends included. */
export interface RandomRange {
  readonly key: string
  readonly low: number
  readonly high: number
  /** Drawn evenly between the logarithms of the ends. */
  readonly isLog: boolean
  readonly isInteger: boolean
}

/** A launch of more jobs than this is a slip of the finger. */
export const maxSweepJobs = 10_000

/** Reads `key=a,b,c`. @throws INVALID_PARAMETER_VALUE */
export function parseGrid(word: string): Sweep['grid'][number] {
  const { key, value } = splitWord('--grid', word, 'KEY=VALUE,VALUE,…')
  return { key, values: value.split(',') }
}

/** Reads `key=low..high` and `key=low..high:log`. @throws INVALID_PARAMETER_VALUE */
export function parseRandom(word: string): RandomRange {
  const { key, value } = splitWord('--random', word, 'KEY=LOW..HIGH')
  const [, from = '', to = '', log] = /^([^:]+?)\.\.([^:]+?)(:log)?$/.exec(value) ?? []
  const [low, high] = [Number(from), Number(to)]
  if (from === '' || to === '' || !Number.isFinite(low) || !Number.isFinite(high) || low > high) {
    throw invalid(`--random ${word}: expected KEY=LOW..HIGH or KEY=LOW..HIGH:log.`, 'For example lr=1e-5..1e-2:log.')
  }
  if (log !== undefined && low <= 0) {
    throw invalid(`--random ${word}: a logarithmic range begins above 0.`, 'For example lr=1e-5..1e-2:log.')
  }
  const isInteger = /^[+-]?\d+$/.test(from) && /^[+-]?\d+$/.test(to)
  return { key, low, high, isLog: log !== undefined, isInteger }
}

/**
 * The params of every job of a sweep, `fixed` ones first. Without anything to vary it is one.
 *
 * @throws INVALID_PARAMETER_VALUE for a param that is given twice, and for more than `maxSweepJobs`
 */
export function expandSweep(sweep: Sweep, fixed: readonly Param[]): readonly (readonly Param[])[] {
  const { grid, random, trials = random.length === 0 ? 1 : 10, seed = 0, repeat = 1 } = sweep
  checkKeys([...fixed, ...grid, ...random].map(({ key }) => key))
  const combinations = grid.reduce((count, { values }) => count * values.length, 1)
  const count = combinations * trials * repeat
  if (count > maxSweepJobs) {
    throw invalid(`This would launch ${count} jobs; at most ${maxSweepJobs} go at once.`, 'Try fewer values.')
  }
  const draw = createRandom(seed)
  const jobs: (readonly Param[])[] = []
  for (const combination of combine(grid)) {
    for (let trial = 0; trial < trials; trial++) {
      const drawn = random.map((range) => ({ key: range.key, value: String(drawFrom(range, draw)) }))
      for (let each = 0; each < repeat; each++) jobs.push([...fixed, ...combination, ...drawn])
    }
  }
  return jobs
}

function combine(grid: Sweep['grid']): readonly (readonly Param[])[] {
  return grid.reduce<readonly (readonly Param[])[]>(
    (before, { key, values }) => before.flatMap((params) => values.map((value) => [...params, { key, value }])),
    [[]],
  )
}

function drawFrom({ low, high, isLog, isInteger }: RandomRange, draw: () => number): number {
  const end = isInteger ? high + 1 : high
  const value = isLog ? low * (end / low) ** draw() : low + draw() * (end - low)
  return isInteger ? Math.min(high, Math.floor(value)) : Number(value.toPrecision(6))
}

function checkKeys(keys: readonly string[]): void {
  const twice = keys.find((key, index) => keys.indexOf(key) !== index)
  if (twice !== undefined) throw invalid(`Param "${twice}" is given twice.`, 'A run has one value for each param.')
}

function splitWord(option: string, word: string, expected: string): Param {
  const equals = word.indexOf('=')
  const [key, value] = [word.slice(0, equals), word.slice(equals + 1)]
  if (equals < 1 || value === '') throw invalid(`${option} ${word}: expected ${expected}.`, 'For example lr=0.1,0.01.')
  return { key, value }
}

function invalid(message: string, hint: string): RunwrightError {
  return new RunwrightError('INVALID_PARAMETER_VALUE', message, { hint })
}
