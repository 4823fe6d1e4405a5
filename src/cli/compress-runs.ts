import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import os from 'node:os'
import { basename } from 'node:path'
import { Readable } from 'node:stream'
import { formatGoal, type Goal, type Measurements } from '../compress/goals.ts'
import type { Candidate, SearchResult } from '../compress/search.ts'
import type { CpuProfile } from '../compress/targets.ts'
import type { Client } from '../protocol/client.ts'
import { compressionArtifacts } from '../protocol/compression.ts'
import { RunwrightError } from '../protocol/errors.ts'
import { type ExperimentId, parseRunId, type RunId } from '../protocol/ids.ts'
import type { Metric, Run, RunStatus } from '../protocol/runs.ts'
import { tagNames } from '../protocol/tag-names.ts'
import { claimSearch, leaveSearch } from './compress-leftovers.ts'
import type { CliContext } from './context.ts'
import { createReportUpload } from './report-upload.ts'
import { toJson } from './text.ts'

/** A search as a run, and its candidates as runs below it. Disposed before it is finished it is one that was cancelled. */
export interface CompressRuns extends AsyncDisposable {
  readonly runId: RunId
  /** Of a candidate that is recorded, by its number. */
  runIdOf(number: number): RunId | undefined
  /** @param recipe as a file has it */
  record(candidate: Candidate, recipe: string): Promise<void>
  /** What is known while the search goes on. @param report as `compressionArtifacts.search` holds it */
  show(report: string): void
  /**
   * @param out the file of the model that is recommended, when one is
   * @param report as `show` takes it
   */
  finish(result: SearchResult, out: string, report: string): Promise<void>
}

interface Told {
  readonly model: string
  readonly data: string
  readonly profile: CpuProfile
  readonly goals: readonly Goal[]
}

/** What it takes of a command's surroundings. */
type RunsContext = Pick<CliContext, 'connect' | 'env' | 'now' | 'signal'>

interface Wanted {
  readonly workspace: string
  readonly experiment: string | undefined
  /** Where the results of the search are kept. */
  readonly folder: string
}

export async function openCompressRuns(context: RunsContext, wanted: Wanted, told: Told): Promise<CompressRuns> {
  await using cleanup = new AsyncDisposableStack()
  const client = cleanup.use(await context.connect(wanted.workspace))
  const own = await findJobRun(client, context.env)
  const run = own ?? (await startSearch(client, wanted.experiment, told))
  const { runId, experimentId } = run
  await client.call('runs/set-tag', { runId, key: tagNames.compression, value: 'search' })
  if (own === undefined) await claimSearch(client, wanted.folder, runId)
  // An attempt before this one may have recorded some.
  const recorded = own === undefined ? new Map<string, RunId>() : await listRecorded(client, run)
  const children = new Map<number, RunId>()
  const upload = (bytes: Uint8Array) => client.upload(runId, compressionArtifacts.search, bytes)
  const reports = createReportUpload(upload)
  const end = async (status: RunStatus) => {
    // The run of a job ends as the job does.
    if (own !== undefined) return
    await client.call('runs/end', { runId, status })
    await leaveSearch(wanted.folder)
  }
  let isFinished = false
  const owned = cleanup.move()
  return {
    runId,
    runIdOf: (number) => children.get(number),
    async record(candidate, recipe) {
      const known = recorded.get(candidate.sha256)
      const child = known ?? (await recordCandidate({ client, experimentId, runId, context }, candidate, recipe))
      children.set(candidate.number, child)
    },
    show: reports.show,
    async finish(result, out, report) {
      await reports.settle()
      const best = result.recommended
      const child = best === undefined ? undefined : children.get(best.number)
      if (best !== undefined && child !== undefined) {
        await logMeasurements(client, runId, best.measurements, context.now())
        await client.call('runs/set-tag', { runId, key: tagNames.recommended, value: child })
        await storeModel(client, child, out)
      }
      // Whoever sees what is recommended finds its model.
      await upload(new TextEncoder().encode(report))
      await end('FINISHED')
      isFinished = true
    },
    async [Symbol.asyncDispose]() {
      await reports.settle()
      // What ended it is told anyway; an engine that is gone too has nothing to say to that.
      if (!isFinished) await end(context.signal.aborted ? 'KILLED' : 'FAILED').catch(() => {})
      await owned.disposeAsync()
    },
  }
}

/** The run of the job that this process is; undefined when it is none, or one of another engine. */
async function findJobRun(client: Client, env: CliContext['env']): Promise<Run | undefined> {
  const runId = parseRunId(env['MLFLOW_RUN_ID'] ?? '')
  if (env['RUNWRIGHT_JOB_ID'] === undefined || runId === undefined) return undefined
  try {
    return (await client.call('runs/get', { runId })).run
  } catch (error) {
    if (error instanceof RunwrightError && error.code === 'RESOURCE_DOES_NOT_EXIST') return undefined
    throw error
  }
}

async function startSearch(
  client: Client,
  experimentName: string | undefined,
  { model, data, profile, goals }: Told,
): Promise<Run> {
  const { experiment } = await client.call('experiments/ensure', { name: experimentName ?? 'Compression' })
  const { run } = await client.call('runs/start', {
    experimentId: experiment.experimentId,
    name: `compress ${basename(model)}`,
    userId: os.userInfo().username,
    params: [
      { key: 'model', value: model },
      { key: 'data', value: data },
      { key: 'target', value: profile.name },
      { key: 'goals', value: goals.map(formatGoal).join(', ') },
    ],
    tags: commonTags(),
  })
  return run
}

/** Runs of candidates below the run of a search, by the SHA-256 of their models. */
async function listRecorded(client: Client, { runId, experimentId }: Run): Promise<Map<string, RunId>> {
  const { runs } = await client.call('runs/list', {
    experimentIds: [experimentId],
    filter: `tags.\`${tagNames.parentRunId}\` = '${runId}' AND attributes.status = 'FINISHED'`,
    columns: [{ kind: 'param', key: 'sha256' }],
    limit: 10_000,
  })
  return new Map(runs.map((run) => [String(run.values[0]), run.runId]))
}

interface Place {
  readonly client: Client
  readonly experimentId: ExperimentId
  readonly runId: RunId
  readonly context: RunsContext
}

async function recordCandidate(
  { client, experimentId, runId: parent, context }: Place,
  { name, number, steps, sha256, changes, layers, measurements, verdict }: Candidate,
  recipe: string,
): Promise<RunId> {
  const { run } = await client.call('runs/start', {
    experimentId,
    name,
    userId: os.userInfo().username,
    params: [
      { key: 'candidate', value: String(number) },
      { key: 'recipe', value: name },
      ...steps.flatMap(({ pass, options = {}, keep = [] }) => [
        ...Object.entries(options).map(([key, value]) => ({ key: `${pass}.${key}`, value: String(value) })),
        ...(keep.length === 0 ? [] : [{ key: `${pass}.keep`, value: keep.join(', ') }]),
      ]),
      { key: 'sha256', value: sha256 },
    ],
    tags: [
      ...commonTags(),
      { key: tagNames.parentRunId, value: parent },
      { key: tagNames.compression, value: 'candidate' },
    ],
  })
  const { runId } = run
  const timestamp = context.now()
  await logMeasurements(client, runId, measurements, timestamp)
  const own = { changes, 'is-good': Number(verdict.isGood), cost: verdict.cost }
  const metrics = Object.entries(own).map(([key, value]) => ({ key, value, step: 0, timestamp }))
  await client.call('runs/log-metrics', { runId, metrics })
  const upload = (path: string, text: string) => client.upload(runId, path, new TextEncoder().encode(text))
  await upload(compressionArtifacts.recipe, recipe)
  if (layers !== undefined) await upload(compressionArtifacts.layers, toJson(layers))
  await client.call('runs/end', { runId, status: 'FINISHED' })
  return runId
}

function commonTags() {
  return [
    { key: tagNames.user, value: os.userInfo().username },
    { key: tagNames.sourceName, value: 'runwright compress' },
    { key: tagNames.sourceType, value: 'LOCAL' },
  ]
}

async function logMeasurements(
  client: Client,
  runId: RunId,
  measurements: Measurements,
  timestamp: number,
): Promise<void> {
  const metrics = [...measurements].flatMap(([key, { value, interval }]): Metric[] => {
    const at = (name: string, each: number) => ({ key: name, value: each, step: 0, timestamp })
    const ends = interval === undefined ? [] : [at(`${key}.low`, interval[0]), at(`${key}.high`, interval[1])]
    return [at(key, value), ...ends].filter((metric) => Number.isFinite(metric.value))
  })
  await client.call('runs/log-metrics', { runId, metrics })
}

/** As MLflow keeps ONNX models, so that it can be registered from the run. */
export async function storeModel(client: Client, runId: RunId, path: string): Promise<void> {
  const name = basename(path)
  await client.upload(runId, `model/${name}`, openBytes(path))
  const beside = await stat(`${path}.data`).catch(() => undefined)
  if (beside !== undefined) await client.upload(runId, `model/${name}.data`, openBytes(`${path}.data`))
  const description = `artifact_path: model
flavors:
  onnx:
    data: ${JSON.stringify(name)}
    providers:
    - CPUExecutionProvider
  python_function:
    data: ${JSON.stringify(name)}
    loader_module: mlflow.onnx
run_id: ${runId}
`
  await client.upload(runId, 'model/MLmodel', new TextEncoder().encode(description))
}

function openBytes(path: string): ReadableStream<Uint8Array> {
  // SAFETY: a file that is read without an encoding gives bytes.
  return Readable.toWeb(createReadStream(path)) as ReadableStream<Uint8Array>
}
