import { isRecord } from './json.ts'
import { flag, listOf, object, type Parser, refuse, text } from './parse.ts'

/** More than a report lists; nodes in float are one for each layer. */
const maxItems = 200_000

/** JSON has neither infinities nor what is no number: both are null there, and NaN here. */
const figure: Parser<number> = (value, path) =>
  value === null ? NaN : typeof value === 'number' ? value : refuse(value, path, 'expected a number or null')

const interval: Parser<readonly [low: number, high: number]> = (value, path) => {
  const [low, high] = listOf(figure, 2)(value, path)
  return low === undefined || high === undefined ? refuse(value, path, 'expected two numbers') : [low, high]
}

/** What was found, and where it lies with 95 % confidence, when that was computed. */
const measurement = object({ value: figure }, { interval })

const group = object(
  { group: text, samples: figure, original: measurement, candidate: measurement, change: measurement },
  { slicing: text },
)
/** A further measure of all samples. `as` is `share` or `number`. */
const otherMeasure = object(
  { title: text, candidate: measurement, as: text },
  { original: measurement, change: measurement },
)
const counts = object({ original: figure, candidate: figure })
const models = {
  original: object({ name: text, sizeBytes: figure }),
  candidate: object({ name: text, sizeBytes: figure }),
}
const figures = object({
  p50: measurement,
  p95: measurement,
  p99: measurement,
  throughput: measurement,
  cpuMs: figure,
  memoryBytes: figure,
})
const start = object({ startUp: measurement, load: measurement })

const report = object(
  {
    ...models,
    data: object({ name: text, samples: figure, hasLabels: flag }),
    target: object({
      profile: object({ title: text }),
      machine: object({ processor: text, cores: figure }, { instructions: text }),
      notes: listOf(text, maxItems),
    }),
    checks: listOf(object({ name: text, title: text, isPassed: flag, details: text }), maxItems),
    parity: listOf(
      object(
        {
          output: text,
          maxError: figure,
          meanError: figure,
          relativeError: figure,
          cosine: measurement,
          leastCosine: figure,
        },
        { agreement: measurement },
      ),
      maxItems,
    ),
    robustness: listOf(
      object(
        { name: text, title: text, samples: figure, agreement: measurement, nonFinite: counts },
        { accuracy: counts },
      ),
      maxItems,
    ),
    invalidInputs: listOf(object({ name: text, title: text, original: text, candidate: text }), maxItems),
    gates: listOf(
      object({ goal: object({ measure: text, limit: figure }), text, isMet: flag, isSure: flag }, { measurement }),
      maxItems,
    ),
    isPassed: flag,
  },
  {
    quality: object(
      {
        task: text,
        reference: text,
        output: text,
        all: group,
        classes: listOf(group, maxItems),
        slices: listOf(group, maxItems),
      },
      { others: listOf(otherMeasure, maxItems) },
    ),
    precision: object({
      integerNodes: figure,
      floatNodes: listOf(object({ node: text, operator: text }), maxItems),
    }),
    performance: object({
      comparisons: listOf(
        object({
          setting: object({ threads: figure, batch: figure }),
          original: figures,
          candidate: figures,
          speedup: measurement,
        }),
        maxItems,
      ),
      startUp: object({ original: start, candidate: start }),
    }),
  },
)

/** As much of the report of a test as is shown; times are milliseconds, sizes bytes, shares of 1. */
export type ShownModelTest = ReturnType<typeof report>
export type ShownMeasurement = ReturnType<typeof measurement>
export type ShownGroup = ReturnType<typeof group>
export type ShownFigures = ReturnType<typeof figures>

/**
 * Reads what `model test --json` prints. What a newer version adds is left out.
 *
 * @throws INVALID_PARAMETER_VALUE that names what is no part of a report
 */
export function parseModelTest(value: unknown): ShownModelTest {
  return report(isRecord(value) ? withoutNulls(value) : value, '')
}

/** What there is nothing to say of is left out by the command line, or null. */
function withoutNulls(value: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(value).filter(([, part]) => part !== null))
}
