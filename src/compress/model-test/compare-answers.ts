import { RunwrightError } from '../../protocol/errors.ts'
import type { OutputParity, Quality } from '../model-test-report.ts'
import type { Batch, SampleData } from '../sample-data.ts'
import { createScorer, type ScorerSettings } from './create-scorer.ts'
import type { Pair } from './pair.ts'
import { createParity, type Parity } from './parity.ts'
import { describeQuality, type Slicings } from './quality.ts'
import type { Scorer } from './scorer.ts'

export interface AnswerSettings extends ScorerSettings {
  readonly slicings: Slicings
}

export interface ComparedAnswers {
  readonly samples: number
  readonly parity: readonly OutputParity[]
  readonly quality: Quality | undefined
  /** The first of the data, for what is tested on some samples only. */
  readonly firstBatches: readonly Batch[]
}

const batchSize = 32

/** Samples of `firstBatches`, at most. */
const kept = 256

/**
 * Runs both models over all of the data. However much there is, of each sample some numbers are kept (of embeddings and
 * detections the output that counts), and the samples themselves of the first batches.
 *
 * @throws as `Session.run`; BAD_REQUEST for labels or slices that do not fit, and for data without samples; as scripts do
 */
export async function compareAnswers(pair: Pair, data: SampleData, settings: AnswerSettings): Promise<ComparedAnswers> {
  const scorer = createScorer(settings)
  try {
    return await compareBy(scorer, pair, data, settings)
  } finally {
    await scorer.stop?.()
  }
}

async function compareBy(
  scorer: Scorer,
  pair: Pair,
  data: SampleData,
  { output, slicings }: AnswerSettings,
): Promise<ComparedAnswers> {
  const parities = new Map<string, Parity>()
  const firstBatches: Batch[] = []
  let samples = 0
  for await (const batch of wholeBatches(data, batchSize)) {
    const { original, candidate } = await pair.run(batch.feeds)
    for (const [name, value] of original) {
      const other = candidate.get(name)
      if (other === undefined || scorer.mayDiffer?.(name) === true) continue
      const parity = parities.get(name) ?? createParity(name)
      parities.set(name, parity)
      parity.add(value, other, batch.count)
    }
    await scorer.add(original, candidate, batch)
    samples += batch.count
    if (samples <= kept || firstBatches.length === 0) firstBatches.push(batch)
  }
  if (samples === 0) throw new RunwrightError('BAD_REQUEST', `${data.name} has no samples for one run.`)
  const scored = await scorer.result()
  checkSlices(slicings, data, scored?.unit === 'pairs' ? { count: scored.count, unit: 'pairs' } : undefined)
  return {
    samples,
    parity: [...parities.values()].map((parity) => parity.result()),
    quality: scored && describeQuality(scored, output, slicings),
    firstBatches,
  }
}

/** Where a run takes a fixed number of samples, the last batch is left out when it has less. */
async function* wholeBatches(data: SampleData, wanted: number): AsyncGenerator<Batch> {
  const size = data.runSize ?? wanted
  for await (const batch of data.batches(size)) {
    if (batch.count === size || data.runSize === undefined) yield batch
  }
}

/** @param units what there is a slice for each of; default: the samples of the data */
function checkSlices(
  slicings: Slicings,
  data: SampleData,
  { count, unit } = { count: data.count, unit: 'samples' },
): void {
  for (const [name, slices] of slicings) {
    if (slices.length === count) continue
    throw new RunwrightError(
      'BAD_REQUEST',
      `The slices “${name}” are ${slices.length}, and ${data.name} has ${count} ${unit}.`,
    )
  }
}
