import { basename } from 'node:path'
import type { NodeCommand } from '../base/node-command.ts'
import { readOptimized } from '../onnx/optimized.ts'
import type { SessionHost } from '../onnx/session.ts'
import type { RunNode } from '../protocol/compression.ts'
import { RunwrightError } from '../protocol/errors.ts'
import type { Measurements } from './goals.ts'
import { createHostContext } from './host-context.ts'
import { measureInTurn, type MeasurePlan } from './measure-models.ts'
import { compareSignatures } from './model-test/check-signature.ts'
import { compareAnswers } from './model-test/compare-answers.ts'
import { answerMeasures, costMeasures, keepFound } from './model-test/measurements.ts'
import { measureSize } from './model-test/model-size.ts'
import { openModel, type OpenModel, pairOf } from './model-test/pair.ts'
import { openSampleData, type SampleReaders } from './open-sample-data.ts'
import type { PassContext } from './pass.ts'
import type { SampleData } from './sample-data.ts'
import { collectAnswers } from './sensitivity/learn-answers.ts'
import { measureError } from './sensitivity/output-error.ts'
import { createRenewedHost } from './search/renewed-host.ts'
import { createRenewedModel } from './search/renewed-model.ts'
import { type CpuProfile, limitsOf } from './targets.ts'
import { weightsInMemory } from './weights.ts'

export interface EvaluationSettings {
  /** Runs `dist/onnx-worker.js`. */
  readonly runtime: NodeCommand
  /** The original's file. */
  readonly model: string
  /** A file that `openSampleData` takes. */
  readonly data: string
  /** What reads data that `openSampleData` cannot read itself. */
  readonly readers: SampleReaders
  readonly profile: CpuProfile
  readonly plan: MeasurePlan
  readonly signal: AbortSignal
}

/** What a search measures candidates by. */
export interface Evaluation extends AsyncDisposable {
  readonly samples: number
  readonly hasLabels: boolean
  /** For passes: the runtime, and the ranges of activations on the data. */
  readonly context: Omit<PassContext, 'weights'>
  /** As `SearchSettings.evaluate`. @throws BAD_REQUEST when the model cannot take the original's place */
  evaluate(path: string): Promise<Measurements>
  /** As `SearchSettings.inspect`. */
  inspect(path: string): Promise<readonly RunNode[] | undefined>
  /** As `SearchSettings.compare`. */
  compare(source: string | Uint8Array): Promise<number>
  /** Why models were not held to the target's limits; undefined when they were, or before any was measured. */
  readonly notLimited: string | undefined
}

/** Samples that layers are compared on: enough to put them in order. */
const comparedSamples = 32

/** @throws as `SessionHost.open` for the model and `openSampleData` for the data */
export async function openEvaluation(settings: EvaluationSettings): Promise<Evaluation> {
  const { runtime, model, data: path, readers, profile, signal } = settings
  await using cleanup = new AsyncDisposableStack()
  const open = { runtime, threads: profile.threads, signal }
  const original = cleanup.use(createRenewedModel({ name: basename(model), model }, open))
  const { session } = await original.get()
  const data = cleanup.use(await openSampleData(path, session.inputs, readers))
  const host = cleanup.use(createRenewedHost(runtime, signal))
  const known = rememberOnce(async () => collectAnswers((await original.get()).session, data, comparedSamples, signal))
  let notLimited: string | undefined
  const owned = cleanup.move()
  return {
    samples: data.count,
    hasLabels: data.hasLabels,
    context: createHostContext({ host, weights: weightsInMemory, data, signal }),
    async evaluate(candidate) {
      const attempt = async () => evaluate(candidate, await original.get(), data, settings)
      const found = await attempt().catch(async (error: unknown) => {
        // What ended the original says nothing of the candidate.
        if (signal.aborted || (await original.isThere())) throw error
        return await attempt()
      })
      notLimited = found.notLimited ?? notLimited
      return found.measurements
    },
    inspect: (path) => inspect(host, path, signal),
    async compare(source) {
      await using session = await host.open(source, { intraThreads: profile.threads }, { signal })
      return await measureError(session, await known(), signal)
    },
    get notLimited() {
      return notLimited
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

async function inspect(
  host: Pick<SessionHost, 'open'>,
  path: string,
  signal: AbortSignal,
): Promise<readonly RunNode[] | undefined> {
  try {
    const { nodes } = await readOptimized(host, path, { signal, about: 'The candidate' })
    return nodes.map(({ operator, precision, origin }) => ({ name: origin?.name ?? operator, operator, precision }))
  } catch (error) {
    // It runs, and that is what counts; the graph of a model above 2 GB cannot be written, for example.
    if (signal.aborted || !(error instanceof RunwrightError)) throw error
    return undefined
  }
}

async function evaluate(
  path: string,
  original: OpenModel,
  data: SampleData,
  { runtime, model, profile, plan, signal }: EvaluationSettings,
): Promise<{ readonly measurements: Measurements; readonly notLimited: string | undefined }> {
  const [first, second] = [
    { name: basename(model), model },
    { name: 'The candidate', model: path },
  ] as const
  const output = original.session.outputs.find(({ dtype }) => dtype !== undefined)?.name
  if (output === undefined) throw new RunwrightError('BAD_REQUEST', `${first.name} gives no tensors.`)
  const compared = await compareWith(original, path, { runtime, threads: profile.threads, signal }, data, output)
  const batch = data.runSize ?? Math.min(profile.batch, data.count)
  const feeds = (await firstBatch(data, batch)).feeds
  const setting = { threads: profile.threads, batch }
  const context = { runtime, limits: limitsOf(profile), signal }
  const comparison = await measureInTurn([first, second], feeds, setting, context, plan)
  const size = { value: await measureSize(path) }
  const measurements = keepFound([...answerMeasures(compared, output), ...costMeasures(comparison), ['size', size]])
  return { measurements, notLimited: comparison.notLimited }
}

async function compareWith(
  original: OpenModel,
  path: string,
  open: Parameters<typeof openModel>[1],
  data: SampleData,
  output: string,
) {
  await using candidate = await openModel({ name: 'The candidate', model: path }, open)
  const [difference] = compareSignatures(original.session, candidate.session)
  if (difference !== undefined) throw new RunwrightError('BAD_REQUEST', difference)
  const pair = pairOf(original.session, candidate.session, open.signal)
  return await compareAnswers(pair, data, { task: undefined, classes: undefined, slicings: new Map(), output })
}

async function firstBatch(data: SampleData, size: number) {
  for await (const batch of data.batches(size)) if (batch.count === size) return batch
  throw new RunwrightError('BAD_REQUEST', `${data.name} has not the ${size} samples that a run takes.`)
}

function rememberOnce<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () =>
    (made ??= make().catch((error: unknown) => {
      // What failed once, as its process was gone, is made the next time.
      made = undefined
      throw error
    }))
}
