import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import packageJson from '../../package.json' with { type: 'json' }
import { connectEngine } from '../../src/client/connect.ts'
import type { Client } from '../../src/protocol/client.ts'
import type { RunId } from '../../src/protocol/ids.ts'
import type { RunStatus } from '../../src/protocol/runs.ts'

const enginePath = fileURLToPath(new URL('../../dist/engine.js', import.meta.url))

/** A folder of its own with an engine behind it, as a user's workspace is. Disposing it ends the engine. */
export interface TestWorkspace extends AsyncDisposable {
  readonly folder: string
  /** As the explorer shows it where several folders are open. */
  readonly name: string
  readonly client: Client
  /** Posts to MLflow's REST API as any of its clients does; `path` is what follows `/api/2.0/mlflow/`. */
  mlflow(path: string, body: object): Promise<unknown>
  /** Logs a run to an experiment, which is created when there is none, and returns the run's id. */
  logRun(experimentName: string, run: RunSpec): Promise<RunId>
}

/** A run as a test wants it. */
export interface RunSpec {
  readonly name: string
  readonly params?: Readonly<Record<string, string | number>>
  readonly tags?: Readonly<Record<string, string>>
  /** Values by key, in step order from 0 on. */
  readonly metrics?: Readonly<Record<string, readonly number[]>>
  /** Datasets it was trained on. */
  readonly datasets?: readonly { readonly name: string; readonly digest: string; readonly rows: number }[]
  /** Contents by path. */
  readonly artifacts?: Readonly<Record<string, string | Uint8Array>>
  /** Default: FINISHED. */
  readonly status?: RunStatus
}

/**
 * Starts an engine from the bundle in a folder.
 *
 * @param folder default: a new one, which disposing removes again
 * @param env variables for the engine beside this process's own
 */
export async function openTestWorkspace(
  folder?: string,
  env: Readonly<Record<string, string>> = {},
): Promise<TestWorkspace> {
  const opened = folder ?? (await mkdtemp(join(tmpdir(), 'runwright-workspace-')))
  const engineCommand = { file: process.execPath, args: [enginePath], env }
  const client = await connectEngine({ workspace: opened, version: packageJson.version, engineCommand })
  const mlflow = (path: string, body: object) => postToMlflow(client, path, body)
  return {
    folder: opened,
    name: basename(opened),
    client,
    mlflow,
    logRun: (experimentName, run) => logRun(client, experimentName, run),
    async [Symbol.asyncDispose]() {
      await endEngine(client)
      await client[Symbol.asyncDispose]()
      if (folder === undefined) await rm(opened, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

async function postToMlflow(client: Client, path: string, body: object): Promise<unknown> {
  const { uri, token } = await client.tracking()
  const response = await fetch(`${uri}/api/2.0/mlflow/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
    body: JSON.stringify(body),
  })
  const answer: unknown = await response.json()
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${JSON.stringify(answer)}`)
  return answer
}

async function logRun(client: Client, experimentName: string, spec: RunSpec): Promise<RunId> {
  const { experiment } = await client.call('experiments/ensure', { name: experimentName })
  const params = Object.entries(spec.params ?? {}).map(([key, value]) => ({ key, value: String(value) }))
  const tags = Object.entries(spec.tags ?? {}).map(([key, value]) => ({ key, value }))
  const { experimentId } = experiment
  const { run } = await client.call('runs/start', { experimentId, name: spec.name, params, tags })
  const timestamp = run.startTime
  const metrics = Object.entries(spec.metrics ?? {}).flatMap(([key, values]) =>
    values.map((value, step) => ({ key, value, step, timestamp })),
  )
  if (metrics.length > 0) await postToMlflow(client, 'runs/log-batch', { run_id: run.runId, metrics })
  const datasets = (spec.datasets ?? []).map(({ name, digest, rows }) => ({
    dataset: { name, digest, source_type: 'local', source: '{}', profile: JSON.stringify({ num_rows: rows }) },
  }))
  if (datasets.length > 0) await postToMlflow(client, 'runs/log-inputs', { run_id: run.runId, datasets })
  for (const [path, content] of Object.entries(spec.artifacts ?? {})) {
    await client.upload(run.runId, path, Buffer.from(content))
  }
  const status = spec.status ?? 'FINISHED'
  if (status !== 'RUNNING') await client.call('runs/end', { runId: run.runId, status })
  return run.runId
}

/** Asks the engine to stop and waits until its process has ended, so that its folder can go. */
async function endEngine(client: Client): Promise<void> {
  const { pid } = await client.call('engine/status', {})
  await client.call('engine/stop', {})
  const deadline = Date.now() + 5_000
  while (isAlive(pid) && Date.now() < deadline) await delay(20)
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
