import { stat } from 'node:fs/promises'
import type { Measurement } from '../../src/compress/goals.ts'
import { type Comparison, measureInTurn, type MeasurePlan } from '../../src/compress/measure-models.ts'
import { openSampleData } from '../../src/compress/open-sample-data.ts'
import { openSessionHost } from '../../src/onnx/session.ts'
import { testRuntime } from '../../src/onnx/test-runtime.ts'

export interface Duel {
  readonly comparison: Comparison
  /** MB. */
  readonly sizes: readonly [first: number, second: number]
  /** Time and size of the second as shares of the first's, multiplied; the square root of it. */
  readonly cost: Measurement
}

const signal = new AbortController().signal

/** Two threads, one sample: as a small server answers. */
const setting = { threads: 2, batch: 1 }

/**
 * Measures two models in turn, on the first sample.
 *
 * @param samples a file that `openSampleData` takes
 * @throws RunwrightError when one of them cannot be run
 */
export async function duel(first: string, second: string, samples: string, plan: MeasurePlan): Promise<Duel> {
  const feeds = await firstFeeds(first, samples)
  const comparison = await measureInTurn(
    [
      { name: 'The first', model: first },
      { name: 'The second', model: second },
    ],
    feeds,
    setting,
    { runtime: testRuntime, limits: {}, signal },
    plan,
  )
  const sizes = [(await stat(first)).size / 1e6, (await stat(second)).size / 1e6] as const
  const costOf = (speedup: number) => Math.sqrt(sizes[1] / sizes[0] / speedup)
  const { value, interval } = comparison.speedup
  const cost = { value: costOf(value), interval: interval && ([costOf(interval[1]), costOf(interval[0])] as const) }
  return { comparison, sizes, cost }
}

async function firstFeeds(model: string, samples: string) {
  await using host = await openSessionHost(testRuntime, {}, signal)
  await using session = await host.open(model)
  await using data = await openSampleData(samples, session.inputs)
  for await (const { feeds } of data.batches(1)) return feeds
  throw new Error(`${samples} has no samples.`)
}
