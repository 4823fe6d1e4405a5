import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { Client } from '../../src/protocol/client.ts'
import { type RunId, parseRunId } from '../../src/protocol/ids.ts'
import { isRecord } from '../../src/protocol/json.ts'
import { calledRoutesPath } from '../../scripts/generate/mlflow-compatibility.ts'
import { findEndpoint, loadMlflowEndpoints, type MlflowEndpoint } from '../../scripts/generate/mlflow-endpoints.ts'
import { readPeakMemoryBytes } from '../peak-memory.ts'
import { openMlflowServer } from '../servers/mlflow-server.ts'
import { runPython } from '../servers/run-python.ts'
import { findTestPython } from '../servers/test-python.ts'
import { createTestWorkspace, type TestWorkspace } from './engine-workspace.ts'
import { differences } from './mlflow-differences.ts'

type Printed = Record<string, unknown>

/** Scenarios of `log_and_read_back.py`, and what each shows. */
const scenarios: Readonly<Record<string, string>> = {
  log_values: 'reads back params, metrics and tags as they were logged, cut off where MLflow cuts them',
  log_many_points: 'reads back a history of thousands of points in order',
  log_artifacts: 'reads back files and folders of any name',
  log_nested_runs_and_data: 'finds children by their parent, and runs by their data',
  search: 'finds runs by filter, in order, in pages, and deleted ones again',
  experiments: 'renames, tags, deletes, restores and finds experiments',
  logged_models: 'keeps logged models, also of no run',
  model_registry: 'registers, finds, renames and deletes models and their versions, from no other place than it may',
  prompts: 'registers prompts, which are found as such and never taken for models',
  evaluation_datasets: 'keeps evaluation datasets and their records, and merges what has equal inputs',
  traces: 'keeps traces and their spans, also unfinished ones, and finds them by all that is known of them',
  assessments: 'keeps what is said of traces, and finds traces by it',
  spans_by_hand: 'takes the spans of every program that speaks OpenTelemetry',
  scorers: 'registers scorers in versions, and none that has code or a host of its own in it',
  artifact_uploads: 'uploads big files in parts where a server takes them so, and else as a whole',
  webhooks: 'registers webhooks, and none that lead into a private network',
  refusals: 'is refused what MLflow refuses, in the same words',
  requests_by_hand: 'could make any request that MLflow answers',
}

describe('the unchanged Python client', { timeout: 900_000 }, () => {
  const python = findTestPython(process.env)
  let folder: string
  let workspace: TestWorkspace
  let client: Client
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'runwright-client-'))
    workspace = await createTestWorkspace()
    client = await workspace.connect()
  })
  after(async () => {
    await client[Symbol.asyncDispose]()
    await workspace[Symbol.asyncDispose]()
    await rm(folder, { recursive: true })
  })

  const runHere = async (script: string) => runPython({ python, script, folder, server: await client.tracking() })

  describe('on the engine as on a real MLflow server', () => {
    let values: { ours: Printed; theirs: Printed }
    let fit: { ours: Printed; theirs: Printed }
    before(async () => {
      await using server = await openMlflowServer({ python, folder })
      async function runOnBoth(script: string) {
        const there = runPython({ python, script, folder, server: { uri: server.url } })
        const [ours, theirs] = await Promise.all([runHere(script), there])
        return { ours, theirs }
      }
      values = await runOnBoth('log_and_read_back.py')
      fit = await runOnBoth('autolog_sklearn.py')
    })

    for (const [scenario, behaviour] of Object.entries(scenarios)) {
      it(behaviour, () => {
        const ours = getRecord(getRecord(values.ours, scenario), 'shown')
        const theirs = getRecord(getRecord(values.theirs, scenario), 'shown')
        const deliberate = differences[scenario] ?? {}
        assert.deepEqual(ours, { ...theirs, ...deliberate })
        for (const [name, value] of Object.entries(deliberate)) {
          assert.notDeepEqual(theirs[name], value, `${name} is no difference any more`)
        }
      })
    }

    it('has shown every scenario', () => {
      assert.deepEqual(Object.keys(values.ours), Object.keys(scenarios))
    })

    it('has called the routes that the documentation names', async () => {
      const endpoints = await loadMlflowEndpoints()
      const called = Object.keys(scenarios).map((scenario) => [scenario, listCalled(values.ours, scenario, endpoints)])
      const known = JSON.parse(await readFile(new URL(`../../${calledRoutesPath}`, import.meta.url), 'utf8'))
      assert.deepEqual(Object.fromEntries(called), known)
    })

    it('autologs a model of scikit-learn that loads again, also by its registered name, and predicts the same', () => {
      const ours = getRecord(fit.ours, 'compared')
      assert.deepEqual(ours, getRecord(fit.theirs, 'compared'))
      assert.deepEqual(
        ours['predictsTheSame'],
        Array.from({ length: 8 }, () => true),
      )
      assert.deepEqual([ours['scoreIsKept'], ours['modelIsOfRun'], ours['modelIsFound']], [true, true, true])
      assert.deepEqual(ours['children'], ['0.1', '1.0'])
    })

    it('leaves an autologged run that the typed client sees whole', async () => {
      const { runId: id, score } = getRecord(fit.ours, 'own')
      const runId = toRunId(id)
      const { run } = await client.call('runs/get', { runId })
      assert.deepEqual([run.name, run.status], ['fit', 'FINISHED'])
      assert.equal(run.params.find(({ key }) => key === 'C')?.value, '0.5')
      assert.equal(run.metrics.find(({ key }) => key === 'training_score')?.value, score)
      assert.deepEqual([run.datasets.length, run.modelOutputs.length], [2, 1])
      const { entries } = await client.call('artifacts/list', { runId })
      assert.deepEqual(
        entries.map(({ path }) => path),
        getRecord(fit.ours, 'compared')['artifacts'],
      )
      const picture = await new Response(await client.download(runId, 'training_confusion_matrix.png')).bytes()
      assert.equal(Buffer.from(picture.subarray(1, 4)).toString(), 'PNG')
    })
  })

  it('replaces a file of 50 MB, byte for byte, in an engine that does not grow with it', async () => {
    const { pid } = workspace.engineFile()
    const before = await readPeakMemoryBytes(pid)
    const { runId: id, logged, read } = await runHere('replace_big_artifact.py')
    assert.ok(Array.isArray(logged) && logged.length === 2 && logged[0] !== logged[1])
    assert.deepEqual(read, logged)
    const runId = toRunId(id)
    const { entries } = await client.call('artifacts/list', { runId, path: 'checkpoints' })
    assert.deepEqual(entries, [{ path: 'checkpoints/model.bin', isDirectory: false, sizeBytes: 50_000_000 }])
    const hash = createHash('sha256')
    for await (const chunk of await client.download(runId, 'checkpoints/model.bin')) hash.update(chunk)
    assert.equal(hash.digest('hex'), logged[1])
    if (before === undefined) return
    const grownBytes = ((await readPeakMemoryBytes(pid)) ?? Infinity) - before
    assert.ok(grownBytes < 100_000_000, `the engine grew by ${grownBytes} bytes`)
  })
})

function getRecord(printed: Printed, name: string): Printed {
  const value = printed[name]
  return isRecord(value) ? value : assert.fail(`${name} is missing.`)
}

/** The routes that a scenario has called, sorted. */
function listCalled(printed: Printed, scenario: string, endpoints: readonly MlflowEndpoint[]): string[] {
  const { called } = getRecord(printed, scenario)
  assert.ok(Array.isArray(called))
  const routes = called.flatMap(([method, path]) => {
    const found = findEndpoint(endpoints, method, path)
    return found === undefined ? [] : [`${found.method} ${found.path}`]
  })
  return [...new Set(routes)].toSorted()
}

function toRunId(id: unknown): RunId {
  return parseRunId(String(id)) ?? assert.fail(`${String(id)} is no run id.`)
}
