import type { Measurement, Measurements, MeasureName } from '../goals.ts'
import type { Comparison } from '../measure-models.ts'
import type { ModelTestReport, Quality } from '../model-test-report.ts'

/** What gates can be held to, of all that was found. Times and memory are those of the target's setting. */
export function collectMeasurements(
  report: Omit<ModelTestReport, 'gates' | 'isPassed' | 'checks'>,
  output: string,
): Measurements {
  const { robustness, precision, performance, candidate } = report
  const comparison = performance?.comparisons[0]
  return keepFound([
    ...answerMeasures(report, output),
    ['robust-agreement', leastOf(robustness.map(({ agreement }) => agreement))],
    ...(comparison === undefined ? [] : costMeasures(comparison)),
    ['start-up', performance?.startUp.candidate.startUp],
    ['size', Number.isNaN(candidate.sizeBytes) ? undefined : { value: candidate.sizeBytes }],
    ['float-nodes', precision && { value: precision.floatNodes.length }],
  ])
}

type Measured = readonly [MeasureName, Measurement | undefined]

/** Those that were measured. */
export function keepFound(found: readonly Measured[]): Measurements {
  return new Map(found.flatMap(([name, measurement]) => (measurement === undefined ? [] : [[name, measurement]])))
}

/** What a task loses is measured by. */
const changeMeasures = [
  ['classification', 'accuracy-drop'],
  ['regression', 'error-increase'],
  ['detection', 'map-drop'],
  ['pairs', 'correlation-drop'],
  ['script', 'score-drop'],
] as const satisfies readonly (readonly [Quality['task'], MeasureName])[]

/** What the answers to the data say of a candidate. */
export function answerMeasures(
  { quality, parity }: Pick<ModelTestReport, 'quality' | 'parity'>,
  output: string,
): readonly Measured[] {
  const main = parity.find((each) => each.output === output)
  const worst = (values: readonly number[]) => {
    const known = values.filter((value) => !Number.isNaN(value))
    return known.length === 0 ? undefined : { value: Math.max(...known) }
  }
  return [
    ...changeMeasures.map(([task, name]) => [name, quality?.task === task ? quality.all.change : undefined] as const),
    ['agreement', quality?.agreement ?? main?.agreement],
    ['similarity', main?.cosine],
    ['max-error', worst(parity.map(({ maxError }) => maxError))],
    ['mean-error', worst(parity.map(({ meanError }) => meanError))],
  ]
}

/** What a candidate takes to run. */
export function costMeasures({ candidate, speedup }: Comparison): readonly Measured[] {
  const { p50, p95, p99, throughput, memoryBytes } = candidate
  return [
    ['p50', p50],
    ['p95', p95],
    ['p99', p99],
    ['throughput', throughput],
    ['speedup', speedup],
    ['memory', { value: memoryBytes }],
  ]
}

function leastOf(measurements: readonly Measurement[]): Measurement | undefined {
  return measurements.toSorted((a, b) => a.value - b.value)[0]
}
