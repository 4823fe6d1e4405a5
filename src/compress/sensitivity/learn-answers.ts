import type { ModelProto } from 'onnx-buf'
import type { Session, SessionHost } from '../../onnx/session.ts'
import { RunwrightError } from '../../protocol/errors.ts'
import type { SampleSettings } from '../calibration/each-activation.ts'
import type { SampleData } from '../sample-data.ts'
import { type KnownAnswer, measureError } from './output-error.ts'

/**
 * Remembers what a model answers to samples.
 *
 * @returns what tells how far the answers of another model are from them, as `measureError`; it throws as
 *   `SessionHost.open` and `run`
 * @throws BAD_REQUEST when there are no samples; as `SessionHost.open` and `run`
 */
export async function learnAnswers(
  host: Pick<SessionHost, 'open'>,
  model: ModelProto,
  data: SampleData,
  { samples, weights, signal }: SampleSettings,
): Promise<(other: ModelProto) => Promise<number>> {
  await using placed = await weights.place(model)
  await using session = await host.open(placed.source, {}, { signal, about: 'The model' })
  const known = await collectAnswers(session, data, samples, signal)
  return async (other) => {
    await using otherPlaced = await weights.place(other)
    await using opened = await host.open(otherPlaced.source, {}, { signal, about: 'The changed model' })
    return await measureError(opened, known, signal)
  }
}

/** Samples that are run together, where the model leaves their number open. */
const batchSize = 16

/**
 * What a model says to the first samples; whole batches.
 *
 * @throws BAD_REQUEST when there are none
 */
export async function collectAnswers(
  session: Pick<Session, 'run'>,
  data: SampleData,
  samples: number,
  signal: AbortSignal,
): Promise<readonly KnownAnswer[]> {
  const known: KnownAnswer[] = []
  const { runSize } = data
  let done = 0
  for await (const { feeds, count } of data.batches(runSize ?? Math.min(batchSize, samples))) {
    if (runSize !== undefined && count !== runSize) break
    known.push({ feeds, outputs: (await session.run(feeds, { signal })).outputs })
    done += count
    if (done >= samples) break
  }
  if (known.length > 0) return known
  throw new RunwrightError('BAD_REQUEST', `${data.name} has no samples, or fewer than a run of the model takes.`)
}
