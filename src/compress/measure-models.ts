import type { NodeCommand } from '../base/node-command.ts'
import { openSessionHost, type Feeds, type ProcessLimits, type Session, type SessionHost } from '../onnx/session.ts'
import type { Measurement } from './goals.ts'
import { describeLatency, type Latency, medianOf, type Round } from './measure/latency.ts'
import { medianWithInterval } from './measure/median-interval.ts'

export type { Latency } from './measure/latency.ts'

/** A model to measure: a file, or the bytes of one that has all its weights in it. */
export interface MeasuredModel {
  /** What errors call it. */
  readonly name: string
  readonly model: string | Uint8Array
}

/** How models are run. */
export interface RunSetting {
  readonly threads: number
  /** Samples of a run. */
  readonly batch: number
}

export interface MeasurePlan {
  /** The original and the candidate are run in turn this often. */
  readonly rounds: number
  /** Milliseconds that all rounds of one model may take, about. */
  readonly budgetMs: number
  /** Most runs of a round. */
  readonly maxRuns: number
}

export const defaultPlan: MeasurePlan = { rounds: 10, budgetMs: 1500, maxRuns: 200 }

export interface ModelFigures extends Latency {
  /** What the process takes at most more than before it loaded the model, in bytes. */
  readonly memoryBytes: number
  /** The most that the process takes, ONNX Runtime and Node included. */
  readonly processBytes: number
}

/** Two models, measured in the same minutes on the same machine. */
export interface Comparison {
  readonly setting: RunSetting
  readonly original: ModelFigures
  readonly candidate: ModelFigures
  /** Median time of the original in that of the candidate, over rounds. */
  readonly speedup: Measurement
  /** Why the processes were not held to their limits; undefined when they were, or had none. */
  readonly notLimited: string | undefined
}

/** What all measuring takes. */
export interface MeasureContext {
  /** Runs `dist/onnx-worker.js`. */
  readonly runtime: NodeCommand
  readonly limits: ProcessLimits
  readonly signal: AbortSignal
}

/** Runs before each round, since the other model has just had the caches. */
const warmUp = 3

/**
 * Measures time and memory of two models, each in a process of its own, after a warm-up and by turns: original, candidate,
 * candidate, original. What else the machine does then meets both alike, and each is the first as often.
 *
 * @param feeds of a run of `setting.batch` samples
 * @throws as `SessionHost.open` and `Session.repeat`
 */
export async function measureInTurn(
  [original, candidate]: readonly [MeasuredModel, MeasuredModel],
  feeds: Feeds,
  setting: RunSetting,
  context: MeasureContext,
  plan = defaultPlan,
): Promise<Comparison> {
  await using cleanup = new AsyncDisposableStack()
  const first = cleanup.use(await openMeasured(original, setting, context))
  const second = cleanup.use(await openMeasured(candidate, setting, context))
  const runFirst = await prepareRounds(first.session, feeds, context.signal, plan)
  const runSecond = await prepareRounds(second.session, feeds, context.signal, plan)
  const [firstRounds, secondRounds]: [Round[], Round[]] = [[], []]
  for (let round = 0; round < plan.rounds; round++) {
    if (round % 2 === 1) secondRounds.push(await runSecond())
    firstRounds.push(await runFirst())
    if (round % 2 === 0) secondRounds.push(await runSecond())
  }
  const ratios = firstRounds.map((round, index) => medianOf(round) / medianOf(secondRounds[index] ?? round))
  return {
    setting,
    original: { ...describeLatency(firstRounds, setting.batch), ...(await first.measureMemory()) },
    candidate: { ...describeLatency(secondRounds, setting.batch), ...(await second.measureMemory()) },
    speedup: medianWithInterval(ratios),
    notLimited: first.host.notLimited ?? second.host.notLimited,
  }
}

interface Measured extends AsyncDisposable {
  readonly host: SessionHost
  readonly session: Session
  measureMemory(): Promise<Pick<ModelFigures, 'memoryBytes' | 'processBytes'>>
}

async function openMeasured(
  { name, model }: MeasuredModel,
  { threads }: RunSetting,
  { runtime, limits, signal }: MeasureContext,
): Promise<Measured> {
  await using cleanup = new AsyncDisposableStack()
  const host = cleanup.use(await openSessionHost(runtime, { limits }, signal))
  const { presentBytes: before } = await host.measureMemory()
  const session = cleanup.use(await host.open(model, { intraThreads: threads }, { about: name, signal }))
  const owned = cleanup.move()
  return {
    host,
    session,
    async measureMemory() {
      const { peakBytes } = await host.measureMemory()
      return { memoryBytes: Math.max(0, peakBytes - before), processBytes: peakBytes }
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/** Finds by a few runs how many make a round. */
async function prepareRounds(
  session: Session,
  feeds: Feeds,
  signal: AbortSignal,
  { rounds, budgetMs, maxRuns }: MeasurePlan,
): Promise<() => Promise<Round>> {
  const trial = await session.repeat(feeds, { count: 3, warmUp: 1, signal })
  const wanted = Math.round(budgetMs / rounds / Math.max(0.001, medianOf(trial)))
  const count = Math.max(2, Math.min(maxRuns, wanted))
  return () => session.repeat(feeds, { count, warmUp: Math.min(warmUp, count), signal })
}

export interface StartUp {
  /** Milliseconds from the start of loading to the end of the first run, without the start of the process. */
  readonly startUp: Measurement
  /** Milliseconds of the loading alone. */
  readonly load: Measurement
}

/**
 * Measures how long two models take until they have answered once, by turns, each time in a new process.
 *
 * @throws as `measureInTurn`
 */
export async function measureStartUp(
  models: readonly [MeasuredModel, MeasuredModel],
  feeds: Feeds,
  setting: RunSetting,
  { runtime, limits, signal }: MeasureContext,
  times = 3,
): Promise<{ readonly original: StartUp; readonly candidate: StartUp }> {
  const found = models.map(() => ({ startUp: [] as number[], load: [] as number[] }))
  for (let time = 0; time < times; time++) {
    for (const [index, { name, model }] of models.entries()) {
      await using host = await openSessionHost(runtime, { limits }, signal)
      const session = await host.open(model, { intraThreads: setting.threads }, { about: name, signal })
      const { runMs } = await session.run(feeds, { signal })
      found[index]?.startUp.push(session.loadMs + runMs)
      found[index]?.load.push(session.loadMs)
    }
  }
  const [original, candidate] = found.map(({ startUp, load }) => ({
    startUp: medianWithInterval(startUp),
    load: medianWithInterval(load),
  }))
  if (original === undefined || candidate === undefined) throw new Error('Two models were measured.')
  return { original, candidate }
}
