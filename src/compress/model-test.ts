import { ModelFailed } from '../onnx/model-failed.ts'
import { readOptimized } from '../onnx/optimized.ts'
import type { Feeds, Session } from '../onnx/session.ts'
import { RunwrightError } from '../protocol/errors.ts'
import { type Goal, judgeGoal } from './goals.ts'
import {
  type MeasureContext,
  type MeasuredModel,
  measureInTurn,
  type MeasurePlan,
  measureStartUp,
  type RunSetting,
} from './measure-models.ts'
import type { Check, ModelTestReport, PrecisionReport, Task } from './model-test-report.ts'
import { compareSignatures } from './model-test/check-signature.ts'
import { chooseAnswers } from './model-test/choose-answers.ts'
import { type AnswerSettings, compareAnswers } from './model-test/compare-answers.ts'
import { isDeterministic } from './model-test/determinism.ts'
import { testInvalidInputs } from './model-test/invalid-inputs.ts'
import { collectMeasurements } from './model-test/measurements.ts'
import { measureSize } from './model-test/model-size.ts'
import { type OpenContext, openModel, type OpenModel, pairOf } from './model-test/pair.ts'
import type { Slicings } from './model-test/quality.ts'
import { testRobustness } from './model-test/robustness.ts'
import type { ScriptSettings } from './model-test/script-process.ts'
import { openSampleData, type SampleReaders } from './open-sample-data.ts'
import type { Batch, SampleData } from './sample-data.ts'
import { type CpuProfile, describeMachine, limitsOf, tellDifferences } from './targets.ts'

export interface ModelTestRequest {
  readonly candidate: MeasuredModel
  readonly original: MeasuredModel
  /** A file that `openSampleData` takes. */
  readonly data: string
  /** What reads data that `openSampleData` cannot read itself. */
  readonly readers?: SampleReaders
  readonly profile: CpuProfile
  /** Beside those of the profile, of which a gate of the same measure has the word. */
  readonly gates: readonly Goal[]
  /** Beside the profile's own. */
  readonly settings: readonly RunSetting[]
  readonly plan?: MeasurePlan | undefined
  /** Undefined is told from outputs and labels. */
  readonly task: Task | undefined
  /** Whose answers count; undefined is the first. Of a detection the outputs of boxes, scores and classes, by commas. */
  readonly output: string | undefined
  /** Names of the classes, in the order of a classifier's scores. */
  readonly classes: readonly string[] | undefined
  readonly slicings: Slicings
  /** A script that says how right a model is. */
  readonly script?: Omit<ScriptSettings, 'signal'> | undefined
  /** Told what is done next, for people who wait. */
  onStep?(step: string): void
}

type Context = Pick<MeasureContext, 'runtime' | 'signal'>
type Found = { -readonly [Key in keyof Omit<ModelTestReport, 'gates' | 'isPassed'>]: ModelTestReport[Key] } & {
  readonly checks: Check[]
}

/**
 * Holds a model to the one that it was made of: what it answers, how it takes what is wrong, how fast and how large it is.
 * A candidate that does not load, or fails on the way, has failed the test, with its reason in the report.
 *
 * @throws as `SessionHost.open` for the original and `openSampleData`; BAD_REQUEST for labels that do not fit; CANCELLED
 */
export async function testModel(request: ModelTestRequest, context: Context): Promise<ModelTestReport> {
  const { original, candidate, profile } = request
  const step = request.onStep ?? (() => {})
  const open: OpenContext = { ...context, threads: profile.threads }
  step(`Loading ${original.name}`)
  await using first = await openModel(original, open)
  await using data = await openSampleData(request.data, first.session.inputs, request.readers)
  const found: Found = {
    candidate: { name: candidate.name, sizeBytes: Number.NaN },
    original: { name: original.name, sizeBytes: await measureSize(original.model) },
    data: { name: data.name, samples: data.count, hasLabels: data.hasLabels },
    target: { profile, machine: await describeMachine(), notes: [] },
    checks: [],
    parity: [],
    quality: undefined,
    robustness: [],
    invalidInputs: [],
    precision: undefined,
    performance: undefined,
  }
  const settings = await chooseAnswers(request, first.session, context.signal)
  await using cleanup = new AsyncDisposableStack()
  const second = await attempt(found, 'loads', 'It loads', 'ONNX Runtime loads it.', async () => {
    const opened = cleanup.use(await openModel(candidate, open))
    found.candidate = { name: candidate.name, sizeBytes: await measureSize(candidate.model) }
    return opened
  })
  if (second !== undefined && checkSignature(found, first.session, second.session)) {
    await attempt(found, 'runs', 'It runs', 'It answered all that the original answers.', () =>
      testOpened({ request, context, open, first, second, data, settings, found, step }),
    )
  }
  return judge(found, request, settings.output)
}

interface Opened {
  readonly request: ModelTestRequest
  readonly context: Context
  readonly open: OpenContext
  readonly first: OpenModel
  readonly second: OpenModel
  readonly data: SampleData
  readonly settings: AnswerSettings
  readonly found: Found
  readonly step: (text: string) => void
}

/** The check is passed when `run` comes to its end; what a model did to fail is in its details, and the result undefined. */
async function attempt<Result>(
  found: Found,
  name: 'loads' | 'runs',
  title: string,
  details: string,
  run: () => Promise<Result>,
): Promise<Result | undefined> {
  const place = found.checks.length
  const add = (failure?: Error) =>
    found.checks.splice(place, 0, {
      name,
      title,
      isPassed: failure === undefined,
      details: failure?.message ?? details,
    })
  try {
    const result = await run()
    add()
    return result
  } catch (error) {
    // What is wrong while it is loaded is the model; later it may be the data, which is no fault of the model.
    if (!(error instanceof ModelFailed || (name === 'loads' && isDamaged(error)))) throw error
    add(error)
    return undefined
  }
}

function isDamaged(error: unknown): error is RunwrightError {
  return error instanceof RunwrightError && error.code === 'BAD_REQUEST'
}

/** Whether the candidate can be given the same and asked for the same. */
function checkSignature(found: Found, original: Session, candidate: Session): boolean {
  const differences = compareSignatures(original, candidate)
  const isPassed = differences.length === 0
  const details = isPassed ? 'Inputs and outputs are the original’s.' : differences.join(' ')
  found.checks.push({ name: 'signature', title: 'It can take the original’s place', isPassed, details })
  return isPassed
}

async function testOpened(opened: Opened): Promise<void> {
  const { request, open, first, second, data, settings, found, step } = opened
  const pair = pairOf(first.session, second.session, open.signal)
  step(`Comparing answers to ${data.count} samples`)
  const compared = await compareAnswers(pair, data, settings)
  found.data = { ...found.data, samples: compared.samples }
  found.parity = compared.parity
  found.quality = compared.quality
  found.checks.push(checkFinite(found))
  step('Disturbing inputs')
  const { output, detection, classes } = settings
  const nameAnswer = (answer: string) => classes?.[Number(answer)] ?? answer
  found.robustness = await testRobustness(pair, compared.firstBatches, { output, detection, nameAnswer })
  const feeds = compared.firstBatches[0]?.feeds ?? new Map()
  found.checks.push(await checkDeterminism(opened, feeds))
  step('Giving what is wrong')
  found.invalidInputs = await testInvalidInputs(request.original, request.candidate, first.session.inputs, feeds, open)
  found.checks.push(checkInvalid(found))
  step('Reading what the runtime made of it')
  found.precision = await describePrecision(opened)
  await measurePerformance(opened)
}

function checkFinite({ parity }: Found): Check {
  const outputs = parity.filter(({ nonFinite }) => nonFinite > 0)
  const seen = outputs.map(({ output, nonFinite }) => `“${output}”: ${nonFinite}`).join(', ')
  return {
    name: 'finite',
    title: 'Its numbers are finite where the original’s are',
    isPassed: outputs.length === 0,
    details: outputs.length === 0 ? 'NaN and infinities are where the original has them.' : `They differ in ${seen}.`,
  }
}

async function checkDeterminism({ request, open, first, second }: Opened, feeds: Feeds): Promise<Check> {
  const candidate = await isDeterministic(second.session, request.candidate, feeds, open)
  const original = candidate || (await isDeterministic(first.session, request.original, feeds, open))
  return {
    name: 'determinism',
    title: 'It gives the same for the same',
    isPassed: candidate || !original,
    details: candidate
      ? 'Bit by bit, twice in one process and in a new one.'
      : `Its answers differ from run to run${original ? '' : ', as the original’s do'}.`,
  }
}

function checkInvalid({ invalidInputs }: Found): Check {
  const ended = invalidInputs.filter(({ original, candidate }) => candidate === 'ended' && original !== 'ended')
  const names = ended.map(({ title }) => `“${title}”`).join(', ')
  return {
    name: 'invalid-inputs',
    title: 'It survives what is wrong',
    isPassed: ended.length === 0,
    details: ended.length === 0 ? 'Nothing ended its process.' : `Its process was ended by ${names}.`,
  }
}

async function describePrecision({ request, open, second }: Opened): Promise<PrecisionReport> {
  const { model, name } = request.candidate
  const { nodes } = await readOptimized(second.host, model, { about: name, signal: open.signal })
  const floats = nodes.filter(({ precision }) => precision === 'float')
  return {
    integerNodes: nodes.length - floats.length,
    floatNodes: floats.map(({ origin, operator }) => ({ node: origin?.name ?? '', operator })),
  }
}

async function measurePerformance({ request, context, data, found, step }: Opened): Promise<void> {
  const { profile, original, candidate, plan } = request
  const models = [original, candidate] as const
  const measuring = { ...context, limits: limitsOf(profile) }
  const comparisons = []
  for (const wanted of settingsOf(request, data)) {
    const { feeds, count } = await readFirst(data, wanted.batch)
    const setting = { ...wanted, batch: count }
    step(`Measuring ${setting.threads} threads, batches of ${setting.batch}`)
    comparisons.push(await measureInTurn(models, feeds, setting, measuring, plan))
  }
  const [main] = comparisons
  if (main === undefined) return
  step('Measuring the start')
  const { feeds } = await readFirst(data, main.setting.batch)
  found.performance = { comparisons, startUp: await measureStartUp(models, feeds, main.setting, measuring) }
  found.target = { ...found.target, notes: tellDifferences(profile, found.target.machine, main.notLimited) }
}

/** Those of the target first; each once. */
function settingsOf({ profile, settings }: ModelTestRequest, { runSize }: SampleData): readonly RunSetting[] {
  const all = [{ threads: profile.threads, batch: profile.batch }, ...settings].map(({ threads, batch }) => ({
    threads,
    batch: runSize ?? batch,
  }))
  return all.filter(
    ({ threads, batch }, index) =>
      all.findIndex((other) => other.threads === threads && other.batch === batch) === index,
  )
}

/** The first samples: so many, or all that there are. */
async function readFirst(data: SampleData, batch: number): Promise<Batch> {
  for await (const first of data.batches(batch)) return first
  throw new RunwrightError('BAD_REQUEST', `${data.name} has no samples.`)
}

function judge(found: Found, { gates, profile }: ModelTestRequest, output: string): ModelTestReport {
  const own = profile.goals.filter(({ measure }) => !gates.some((gate) => gate.measure === measure))
  const measurements = collectMeasurements(found, output)
  const results = [...gates, ...own].map((goal) => judgeGoal(goal, measurements))
  const isPassed = found.checks.every((check) => check.isPassed) && results.every(({ isMet }) => isMet)
  return { ...found, gates: results, isPassed }
}
