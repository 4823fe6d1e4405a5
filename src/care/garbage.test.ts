import assert from 'node:assert/strict'
import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { parseExperimentId } from '../protocol/ids.ts'
import { defaultExperimentId } from '../protocol/mlflow/id-fields.ts'
import { checkStore } from './check-store.ts'
import { listGarbage, removeGarbage } from './garbage.ts'
import { bytesOf, openScratchStore, type ScratchStore, scratchMigrations } from './scratch-store.ts'

const day = 86_400_000

function partsOf({ database, artifacts, artifactStore }: ScratchStore) {
  return { database, artifacts, artifactStore }
}

async function collect(store: ScratchStore, before: number) {
  const { garbage, held } = await listGarbage(partsOf(store), before)
  const names = garbage.map(({ kind, id }) => ({ kind, id }))
  const { removed } = await removeGarbage(partsOf(store), { before, names })
  return { garbage, held, removed }
}

async function assertWhole({ dataFolder, storeUrl, artifactStore }: ScratchStore): Promise<void> {
  const { signal } = new AbortController()
  const options = { dataFolder, storeUrl, artifactStore, migrations: scratchMigrations, signal }
  assert.deepEqual((await checkStore(options)).findings, [])
}

/** Rows of all tables that hold something of runs. */
async function countRows({ database }: ScratchStore): Promise<Record<string, number>> {
  const tables = [
    'runs',
    'params',
    'tags',
    'series',
    'points',
    'incoming_metrics',
    'chunks',
    'chunk_data',
    'inputs',
    'input_tags',
    'datasets',
  ]
  return database.read(async (sql) => {
    const counts: Record<string, number> = {}
    for (const table of tables) {
      counts[table] = Number((await sql.get(`select count(*) as count from ${table}`))?.['count'])
    }
    return counts
  })
}

const dataset = (name: string) => ({
  dataset: { name, digest: 'd', sourceType: 'local', source: '{}' },
  tags: [{ key: 'mlflow.data.context', value: 'training' }],
})

describe('garbage', () => {
  it('is what was deleted before a time, with all that only it had; the rest stays whole', async () => {
    await using store = await openScratchStore()
    const [kept, gone, young] = [await store.addRun(2000), await store.addRun(2000), await store.addRun()]
    await store.tracking.runs.logInputs(kept, { datasets: [dataset('shared')] })
    // What is read is settled before.
    await store.tracking.runs.countActive()
    const before = await countRows(store)
    await store.tracking.runs.logInputs(gone, { datasets: [dataset('shared'), dataset('own')] })
    const wide = Array.from({ length: 50 }, (_, key) => ({ key: `layer_${key}`, step: 0, timestamp: 1, value: key }))
    for (const runId of [kept, gone]) await store.tracking.runs.logBatch(runId, { metrics: wide })
    await store.tracking.runs.delete([gone])
    store.clock.now += 2 * day
    await store.tracking.runs.delete([young])
    const waiting = (await countRows(store))['incoming_metrics'] ?? 0
    assert.equal(waiting, store.storeUrl === undefined ? 2 : 0)
    const { garbage, removed } = await collect(store, store.clock.now - day)
    assert.deepEqual(
      garbage.map(({ kind, id, sizeBytes }) => [kind, id, sizeBytes]),
      [['run', gone, 12]],
    )
    assert.deepEqual(removed, [{ kind: 'run', id: gone }])
    const after = await countRows(store)
    assert.deepEqual([after['runs'], after['datasets'], after['inputs']], [2, 1, 1])
    assert.equal(after['chunk_data'], (before['chunk_data'] ?? 0) / 2)
    assert.equal(after['incoming_metrics'], waiting / 2)
    assert.equal((await store.tracking.runs.metricHistory(kept, 'loss')).items.length, 2000)
    assert.deepEqual((await readdir(join(store.dataFolder, 'artifacts', '0'))).toSorted(), [kept, young].toSorted())
    await assertWhole(store)
  })

  it('counts from the first time something was deleted, and no more once it is restored', async () => {
    await using store = await openScratchStore()
    const runId = await store.addRun()
    await store.tracking.runs.delete([runId])
    store.clock.now += 2 * day
    await store.tracking.runs.delete([runId])
    assert.equal((await listGarbage(partsOf(store), store.clock.now - day)).garbage.length, 1)
    await store.tracking.runs.restore([runId])
    await store.tracking.runs.delete([runId])
    assert.deepEqual((await listGarbage(partsOf(store), store.clock.now - day)).garbage, [])
  })

  it('stays when it was restored between the look and the deletion', async () => {
    await using store = await openScratchStore()
    const runId = await store.addRun()
    await store.tracking.runs.delete([runId])
    const before = store.clock.now + 1
    const { garbage } = await listGarbage(partsOf(store), before)
    assert.equal(garbage.length, 1)
    await store.tracking.runs.restore([runId])
    const names = [{ kind: 'run' as const, id: runId }]
    assert.deepEqual(await removeGarbage(partsOf(store), { before, names }), { removed: [] })
    assert.equal((await store.tracking.runs.metricHistory(runId, 'loss')).items.length, 3)
  })

  it('is no run whose files a registered version has, until that is deleted', async () => {
    await using store = await openScratchStore()
    const runId = await store.addRun()
    await store.registry.versions.register({ name: 'digits', source: `runs:/${runId}/model`, runId }, undefined)
    await store.tracking.runs.delete([runId])
    const { removed, held } = await collect(store, store.clock.now + 1)
    assert.deepEqual([removed, held.map(({ id, neededBy }) => [id, neededBy])], [[], [[runId, 'version 1 of digits']]])
    await store.registry.versions.delete('digits', 1)
    assert.equal((await collect(store, store.clock.now + 1)).removed.length, 1)
  })

  it('goes with its job, unless that goes on', async () => {
    await using store = await openScratchStore()
    const runId = await store.addRun()
    await store.database.write(async (sql) => {
      await sql.run(
        `insert into jobs (id, job_id, launch_key, run_id, experiment_id, name, spec, created_at, phase, is_doubtful,
           is_cancel_requested, retries_left) values (1, 'j-1', 'k', ?, '0', 'n', '{}', 1, 'running', 0, 0, 0)`,
        runId,
      )
      await sql.run(`insert into job_attempts (job, number, gpus, log_offset) values (1, 1, '[]', 0)`)
    })
    await store.tracking.runs.delete([runId])
    assert.deepEqual((await collect(store, store.clock.now + 1)).held[0]?.neededBy, 'job j-1')
    await store.database.write((sql) => sql.run(`update jobs set phase = 'ended'`))
    assert.equal((await collect(store, store.clock.now + 1)).removed.length, 1)
    assert.deepEqual(await store.database.read((sql) => sql.all('select job_id from jobs')), [])
    await assertWhole(store)
  })

  it('is an experiment with its runs, logged models, traces, scorers and tags', async () => {
    await using store = await openScratchStore()
    const { tracking } = store
    const experimentId = await tracking.experiments.create({ name: 'old', tags: [{ key: 'k', value: 'v' }] })
    const { runId } = await tracking.runs.create({ experimentId, tags: [{ key: 't', value: 'v' }] })
    const model = await tracking.models.create({ experimentId, params: [{ key: 'p', value: '1' }] })
    await store.artifacts.write(`${experimentId}/models/${model.modelId}/artifacts/MLmodel`, bytesOf('x'))
    await tracking.traces.begin({ experimentId, requestTime: 1, metadata: [], tags: [] })
    await tracking.scorers.register(experimentId, { name: 'tone', serialized: '{}' })
    await tracking.scorers.setOnlineScoring(experimentId, 'tone', { sampleRate: 0, filter: undefined })
    await tracking.datasets.create({ name: 'questions', experimentIds: [experimentId] })
    await tracking.experiments.delete(experimentId)
    const { removed } = await collect(store, store.clock.now + 1)
    assert.deepEqual(
      removed.map(({ kind, id }) => [kind, id]),
      [
        ['run', runId],
        ['logged-model', model.modelId],
        ['experiment', experimentId],
      ],
    )
    await assert.rejects(tracking.experiments.get(experimentId), { code: 'RESOURCE_DOES_NOT_EXIST' })
    for (const table of ['traces', 'scorers', 'scorer_versions', 'evaluation_dataset_experiments']) {
      assert.deepEqual(await store.database.read((sql) => sql.all(`select * from ${table}`)), [], table)
    }
    // Its name is free, its number is not given again.
    assert.notEqual(await tracking.experiments.create({ name: 'old' }), experimentId)
    await assertWhole(store)
  })

  it('is not the experiment "Default", nor one that has a run which stays', async () => {
    await using store = await openScratchStore()
    const { tracking } = store
    const experimentId = await tracking.experiments.create({ name: 'old' })
    const { runId } = await tracking.runs.create({ experimentId })
    await store.artifacts.write(`${experimentId}/${runId}/artifacts/model/MLmodel`, bytesOf('x'))
    await store.registry.versions.register({ name: 'digits', source: `runs:/${runId}/model`, runId }, undefined)
    await tracking.experiments.delete(experimentId)
    await tracking.experiments.delete(defaultExperimentId)
    assert.deepEqual((await collect(store, store.clock.now + 1)).removed, [])
    assert.equal((await tracking.experiments.get(experimentId)).name, 'old')
    const none = [{ kind: 'experiment' as const, id: String(parseExperimentId('0')) }]
    const { removed } = await removeGarbage(partsOf(store), { before: store.clock.now + 1, names: none })
    assert.deepEqual(removed, [])
  })

  it('are folders of runs, models and experiments that no row knows, once they are old; other folders are not', async () => {
    await using store = await openScratchStore()
    const runId = await store.addRun()
    const artifacts = join(store.dataFolder, 'artifacts')
    const [lost, fresh] = ['d'.repeat(32), 'e'.repeat(32)]
    const folders = [`0/${lost}`, `0/models/m-${lost}`, '77', '0/by-hand', `0/${fresh}`]
    for (const folder of folders) {
      await mkdir(join(artifacts, folder, 'artifacts'), { recursive: true })
      await writeFile(join(artifacts, folder, 'artifacts', 'a.txt'), 'abc')
    }
    const old = new Date(1000)
    for (const folder of folders) {
      for (const name of ['artifacts/a.txt', 'artifacts', '']) await utimes(join(artifacts, folder, name), old, old)
    }
    // Something has been written into it since.
    await writeFile(join(artifacts, '0', fresh, 'artifacts', 'a.txt'), 'abcd')
    const { garbage, removed } = await collect(store, 5000)
    assert.deepEqual(
      garbage.map(({ kind, id, sizeBytes }) => [kind, id, sizeBytes]),
      [
        ['folder', `0/${lost}`, 3],
        ['folder', `0/models/m-${lost}`, 3],
        ['folder', '77', 3],
      ],
    )
    assert.equal(removed.length, 3)
    assert.deepEqual((await readdir(join(artifacts, '0'))).toSorted(), [runId, 'by-hand', fresh, 'models'].toSorted())
  })

  it('leaves no key to choose that no run has any more', async () => {
    await using store = await openScratchStore()
    const runId = await store.addRun()
    await store.tracking.runs.logBatch(runId, {
      metrics: [{ key: 'rare', step: 0, timestamp: 0, value: 1 }],
      params: [{ key: 'seldom', value: '1' }],
      tags: [{ key: 'odd', value: '1' }],
    })
    await store.addRun()
    await store.tracking.runs.delete([runId])
    await collect(store, store.clock.now + 1)
    const { metrics, params, tags } = await store.tracking.experiments.keys(defaultExperimentId)
    assert.deepEqual([metrics, params, tags.includes('odd')], [['loss'], ['lr'], false])
  })
})
