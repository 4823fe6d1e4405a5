import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { parseRunId } from '../../src/protocol/ids.ts'
import { findTag } from '../../src/protocol/runs.ts'
import { openMlflowServer } from '../servers/mlflow-server.ts'
import { runPython } from '../servers/run-python.ts'
import { findTestPython } from '../servers/test-python.ts'
import { type CliWorkspace, openCliWorkspace } from './cli-workspace.ts'

const python = findTestPython(process.env)

let folder: string
before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'runwright-import-'))
})
after(() => rm(folder, { recursive: true, force: true }))

/** Fills a store of MLflow's; resolves to the ids that it has given. */
async function makeHistory(trackingUri: string) {
  const made = await runPython({
    python,
    script: 'make_history.py',
    folder,
    server: { uri: trackingUri },
    // Its client prints where a run can be seen.
    env: { MLFLOW_ALLOW_FILE_STORE: '1', MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT: 'true' },
  })
  return {
    runId: parseRunId(String(made['run'])) ?? assert.fail(),
    modelId: String(made['model']),
    unfinished: made['unfinished'],
  }
}

/** What an import has to have brought of that. */
async function assertBrought(workspace: CliWorkspace, made: Awaited<ReturnType<typeof makeHistory>>): Promise<void> {
  const { runId, modelId } = made
  await using client = await workspace.connect()
  const { run } = await client.call('runs/get', { runId })
  assert.deepEqual(
    [run.name, run.status, run.startTime, run.endTime],
    ['first', 'FINISHED', 1_700_000_000_000, 1_700_000_900_000],
  )
  assert.deepEqual(
    run.params.toSorted((a, b) => (a.key < b.key ? -1 : 1)),
    [
      { key: 'lr', value: '0.1' },
      { key: 'net/width', value: '32' },
    ],
  )
  assert.equal(findTag(run, 'multi.line'), 'a\nb')
  assert.deepEqual(run.datasets, [
    {
      dataset: {
        name: 'train',
        digest: 'abc123',
        sourceType: 'local',
        source: '{"uri": "train.csv"}',
        schema: '{}',
        profile: '{"rows": 3}',
      },
      tags: [{ key: 'mlflow.data.context', value: 'training' }],
    },
  ])
  const { points } = await client.call('metrics/history', { runId, key: 'loss' })
  assert.equal(points.length, 12_000)
  assert.deepEqual(points[11_999], { step: 11_999, timestamp: 1_700_000_011_999, value: 1 / 12_000 })
  const odd = await client.call('metrics/history', { runId, key: 'odd/one' })
  assert.deepEqual(
    odd.points.map(({ value }) => value),
    [Number.NaN, 3.5],
  )
  assert.equal(await new Response(await client.download(runId, 'notes/deep/größe.txt')).text(), 'ünïcode')
  assert.equal(await new Response(await client.download(runId, 'model/MLmodel')).text(), 'flavors: {}\n')

  const { experiments } = await client.call('experiments/list', {})
  const digits = experiments.find(({ name }) => name === 'digits')
  assert.deepEqual(
    digits?.tags.filter(({ key }) => key === 'team'),
    [{ key: 'team', value: 'vision' }],
  )
  // Neither the deleted run nor the deleted experiment.
  assert.equal(digits?.runCount, 2)
  assert.equal(experiments.length, 2)
  const unfinished = await client.call('runs/get', { runId: parseRunId(String(made.unfinished)) ?? assert.fail() })
  assert.equal(unfinished.run.status, 'KILLED')

  const { model, versions } = await client.call('models/get', { name: 'reader' })
  assert.deepEqual([model.description, model.tags], ['reads digits', [{ key: 'kind', value: 'ocr' }]])
  assert.deepEqual(
    versions.map(({ version, source, aliases }) => [version, source, aliases]),
    [
      [4, `models:/${modelId}`, []],
      [3, `runs:/${runId}/model`, ['champion']],
      [1, `runs:/${runId}/model`, []],
    ],
  )
}

async function importTwice(source: string, ...more: string[]): Promise<CliWorkspace> {
  const workspace = await openCliWorkspace()
  const first = await workspace.json('import', 'mlflow', source, ...more)
  const counts = ['newRuns', 'points', 'artifacts', 'loggedModels', 'modelVersions', 'problemCount']
  assert.deepEqual(
    counts.map((name) => first[name]),
    [2, 12_002, 3, 1, 3, 0],
  )
  const second = await workspace.json('import', 'mlflow', source, ...more)
  assert.deepEqual(
    counts.map((name) => second[name]),
    [0, 0, 0, 0, 0, 0],
  )
  assert.equal(second['unchangedRuns'], 2)
  assert.equal((await workspace.json('store', 'check'))['findingCount'], 0)
  return workspace
}

describe('an import from MLflow', { timeout: 300_000 }, () => {
  it('brings all of a folder, and nothing twice', async () => {
    const made = await makeHistory(path.join(folder, 'mlruns'))
    await using workspace = await importTwice(path.join(folder, 'mlruns'))
    await assertBrought(workspace, made)
  })

  it('brings all of a SQLite file, whose artifacts lie where its rows say', async () => {
    const file = path.join(folder, 'plain.db')
    const made = await makeHistory(`sqlite:///${file}`)
    await using workspace = await importTwice(file)
    await assertBrought(workspace, made)
  })

  it('brings all of a server, and what of it has changed since; its own file brings the same', async () => {
    const place = await mkdtemp(path.join(folder, 'server-'))
    await using server = await openMlflowServer({ python, folder: place })
    const made = await makeHistory(server.url)
    await using workspace = await importTwice(server.url)
    await assertBrought(workspace, made)
    await server.post('runs/log-metric', { run_id: made.runId, key: 'loss', value: 9, timestamp: 1, step: 20_000 })
    const again = await workspace.json('import', 'mlflow', server.url)
    assert.deepEqual([again['newRuns'], again['changedRuns'], again['unchangedRuns']], [0, 1, 1])
    const file = path.join(place, 'mlflow.db')
    const same = await workspace.json('import', 'mlflow', file, '--artifacts', path.join(place, 'artifacts'))
    assert.deepEqual([same['newRuns'], same['artifacts'], same['problemCount']], [0, 0, 0])
    await using client = await workspace.connect()
    const { points } = await client.call('metrics/history', { runId: made.runId, key: 'loss' })
    assert.equal(points.length, 12_001)
  })
})
