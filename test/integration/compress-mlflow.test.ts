import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { openCompressRuns } from '../../src/cli/compress-runs.ts'
import { createMlflowClient } from '../../src/client/mlflow-client.ts'
import { parseGoal } from '../../src/compress/goals.ts'
import type { Candidate, SearchResult } from '../../src/compress/search.ts'
import { parseProfile } from '../../src/compress/targets.ts'
import { findTag } from '../../src/protocol/runs.ts'
import { tagNames } from '../../src/protocol/tag-names.ts'
import { openMlflowServer, type RunningServer } from '../servers/mlflow-server.ts'
import { findTestPython } from '../servers/test-python.ts'

const now = () => 1_700_000_000_000

const verdict = { goals: [], isSlower: false, isGood: true, miss: 0, qualityMiss: 0, cost: 0.5 }

const candidate: Candidate = {
  number: 1,
  steps: [
    {
      pass: 'weight-int8',
      options: { perChannel: false },
      keep: Array.from({ length: 900 }, (_, at) => `layer-${at}`),
    },
  ],
  name: 'weight-int8 (perChannel=false) but 900 layers',
  sha256: '0'.repeat(64),
  changes: 3,
  measurements: new Map([
    ['size', { value: 4096 }],
    ['similarity', { value: 0.999, interval: [0.998, 1] }],
    ['p99', { value: Number.NaN }],
  ]),
  verdict,
}

const result: SearchResult = {
  original: new Map(),
  originalVerdict: verdict,
  goals: [],
  candidates: [candidate],
  refusals: [],
  axes: [],
  front: [candidate],
  recommended: candidate,
  unconfirmed: [],
  closest: undefined,
  skipped: 0,
}

describe('the runs of a compression on an MLflow server', { timeout: 300_000 }, () => {
  let folder: string
  let server: RunningServer
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'runwright-compress-mlflow-'))
    server = await openMlflowServer({ python: findTestPython(process.env), folder })
  })
  after(async () => {
    await server?.[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true })
  })
  const connect = () => createMlflowClient({ url: server.url, pollMs: 50, now })
  const about = {
    model: 'net.onnx',
    data: 'data.npz',
    profile: parseProfile('this-machine'),
    goals: [parseGoal('similarity>=0.99')],
  }
  const open = (signal: AbortSignal) =>
    openCompressRuns(
      { connect: () => Promise.resolve(connect()), env: {}, now, signal },
      { workspace: folder, experiment: undefined, folder: join(folder, 'results') },
      about,
    )

  it('have measurements with their intervals, the recipe, and the model that is recommended', async () => {
    const out = join(folder, 'small.onnx')
    await writeFile(out, 'model')
    await using runs = await open(new AbortController().signal)
    await runs.record(candidate, '{"form":"runwright-recipe-1"}')
    await runs.finish(result, out, '{}')
    await using client = connect()
    const { run: parent } = await client.call('runs/get', { runId: runs.runId })
    assert.equal(parent.status, 'FINISHED')
    const { runs: children } = await client.call('runs/list', {
      experimentIds: [parent.experimentId],
      filter: `tags.\`${tagNames.parentRunId}\` = '${runs.runId}'`,
    })
    const [child] = children
    assert.ok(child)
    assert.equal(findTag(parent, tagNames.recommended), child.runId)
    const { run } = await client.call('runs/get', { runId: child.runId })
    const values = (metrics: typeof run.metrics) => Object.fromEntries(metrics.map(({ key, value }) => [key, value]))
    const measured = { size: 4096, similarity: 0.999, 'similarity.low': 0.998, 'similarity.high': 1 }
    assert.deepEqual(values(run.metrics), { ...measured, changes: 3, 'is-good': 1, cost: 0.5 })
    assert.deepEqual(values(parent.metrics), measured)
    const params = new Map(run.params.map(({ key, value }) => [key, value]))
    assert.deepEqual([params.get('weight-int8.perChannel'), params.get('candidate')], ['false', '1'])
    assert.match(params.get('weight-int8.keep') ?? '', /^layer-0, layer-1, /)
    const files = async (path?: string) => {
      const { entries } = await client.call('artifacts/list', { runId: child.runId, ...(path && { path }) })
      return entries.map((entry) => entry.path)
    }
    assert.deepEqual(await files(), ['model', 'recipe.json'])
    assert.deepEqual(await files('model'), ['model/MLmodel', 'model/small.onnx'])
  })

  it('are ended when the search is cancelled', async () => {
    const cancel = new AbortController()
    const runs = await open(cancel.signal)
    cancel.abort()
    await runs[Symbol.asyncDispose]()
    await using client = connect()
    assert.equal((await client.call('runs/get', { runId: runs.runId })).run.status, 'KILLED')
  })
})
