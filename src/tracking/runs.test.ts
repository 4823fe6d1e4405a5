import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { tagNames } from '../protocol/tag-names.ts'
import { toRunId } from './run-rows.ts'
import { openScratchTracking } from './scratch-tracking.ts'

const point = { step: 0, timestamp: 0, value: 0 }

describe('runs', () => {
  it('are made with a name, an id, an artifact folder and the time', async () => {
    await using tracking = await openScratchTracking()
    const { experimentId } = await tracking.experiments.ensure('digits')
    const run = await tracking.runs.create({ experimentId, userId: 'ada', params: [{ key: 'depth', value: '3' }] })
    assert.match(run.runId, /^[0-9a-f]{32}$/)
    assert.match(run.name, /^[a-z]+-[a-z]+-\d{1,3}$/)
    assert.deepEqual(run, {
      runId: run.runId,
      experimentId,
      name: run.name,
      status: 'RUNNING',
      lifecycleStage: 'active',
      userId: 'ada',
      startTime: tracking.clock.now,
      artifactUri: `mlflow-artifacts:/1/${run.runId}/artifacts`,
      params: [{ key: 'depth', value: '3' }],
      tags: [{ key: tagNames.runName, value: run.name }],
      metrics: [],
      datasets: [],
      modelInputs: [],
      modelOutputs: [],
    })
    assert.deepEqual(await tracking.runs.get(run.runId), run)
    assert.deepEqual(tracking.events.at(-1), { kind: 'run', experimentId, runId: run.runId })
  })

  it('have the same name in their tag', async () => {
    await using tracking = await openScratchTracking()
    const { experimentId } = await tracking.experiments.ensure('digits')
    const named = (value: string) => [{ key: tagNames.runName, value }]
    const { runId } = await tracking.runs.create({ experimentId, tags: named('by tag') })
    const nameOf = async () => {
      const { name, tags } = await tracking.runs.get(runId)
      return [name, tags]
    }
    assert.deepEqual(await nameOf(), ['by tag', named('by tag')])
    await tracking.runs.update(runId, { name: 'by update' })
    assert.deepEqual(await nameOf(), ['by update', named('by update')])
    await tracking.runs.logBatch(runId, { tags: named('by batch') })
    assert.deepEqual(await nameOf(), ['by batch', named('by batch')])
    await assert.rejects(tracking.runs.create({ experimentId, name: 'a', tags: named('b') }), {
      code: 'INVALID_PARAMETER_VALUE',
      message: /different values/,
    })
  })

  it('store nothing of a batch that changes a param', async () => {
    await using tracking = await openScratchTracking()
    const runId = await tracking.addRun({ params: [{ key: 'depth', value: '3' }] })
    const before = await tracking.runs.get(runId)
    const batch = {
      metrics: [{ key: 'loss', ...point }],
      tags: [{ key: 'new', value: 'x' }],
      params: [
        { key: 'width', value: '1' },
        { key: 'depth', value: '4' },
      ],
    }
    await assert.rejects(tracking.runs.logBatch(runId, batch), {
      code: 'INVALID_PARAMETER_VALUE',
      message:
        'Changing param values is not allowed. Params were already logged=' +
        `'[{'key': 'depth', 'old_value': '3', 'new_value': '4'}]' for run ID='${runId}'.`,
    })
    assert.deepEqual(await tracking.runs.get(runId), before)
    await tracking.runs.logBatch(runId, { params: [{ key: 'depth', value: '3' }] })
    await assert.rejects(
      tracking.runs.logBatch(runId, { params: ['1', '1'].map((value) => ({ key: 'twice', value })) }),
      { code: 'INVALID_PARAMETER_VALUE', message: /^Duplicate parameter keys have been submitted: \['twice'\]/ },
    )
  })

  it('take nothing more once deleted, until restored', async () => {
    await using tracking = await openScratchTracking()
    const { runs } = tracking
    const runId = await tracking.addRun()
    await runs.delete([runId])
    const refusal = {
      code: 'INVALID_PARAMETER_VALUE',
      message: `The run ${runId} must be in the 'active' state. Current state is deleted.`,
    }
    await assert.rejects(runs.logBatch(runId, { metrics: [{ key: 'm', ...point }] }), refusal)
    await assert.rejects(runs.update(runId, { status: 'FINISHED' }), refusal)
    await assert.rejects(runs.deleteTag(runId, tagNames.runName), refusal)
    await assert.rejects(runs.logInputs(runId, {}), refusal)
    await runs.restore([runId])
    await runs.logBatch(runId, { metrics: [{ key: 'm', ...point }] })
  })

  it('are deleted all or none', async () => {
    await using tracking = await openScratchTracking()
    const runId = await tracking.addRun()
    const unknown = toRunId('f'.repeat(32))
    await assert.rejects(tracking.runs.delete([runId, unknown]), {
      code: 'RESOURCE_DOES_NOT_EXIST',
      message: `Run with id=${unknown} not found`,
    })
    assert.equal((await tracking.runs.get(runId)).lifecycleStage, 'active')
  })

  it('refuse to start in a deleted experiment', async () => {
    await using tracking = await openScratchTracking()
    const { experimentId } = await tracking.experiments.ensure('digits')
    await tracking.experiments.delete(experimentId)
    await assert.rejects(tracking.runs.create({ experimentId }), { code: 'INVALID_PARAMETER_VALUE' })
  })

  it('end once, and go on again without an end', async () => {
    await using tracking = await openScratchTracking()
    const { runs, clock } = tracking
    const runId = await tracking.addRun()
    clock.now = 2_000_000
    await runs.end(runId, 'FAILED', [{ key: tagNames.exitCode, value: '1' }])
    clock.now = 3_000_000
    await runs.end(runId, 'FAILED', [])
    const ended = await runs.get(runId)
    assert.deepEqual([ended.status, ended.endTime], ['FAILED', 2_000_000])
    assert.ok(ended.tags.some(({ key, value }) => key === tagNames.exitCode && value === '1'))
    const again = await runs.update(runId, { status: 'RUNNING' })
    assert.deepEqual([again.status, again.endTime], ['RUNNING', undefined])
    const finished = await runs.update(runId, { status: 'FINISHED', endTime: 2_500_000 })
    assert.deepEqual([finished.status, finished.endTime], ['FINISHED', 2_500_000])
  })

  it('that are stopped are asked once, when someone watches them', async () => {
    await using tracking = await openScratchTracking()
    const { runs } = tracking
    const watched = await tracking.addRun({ tags: [{ key: tagNames.supervisor, value: 'host 1' }] })
    const unwatched = await tracking.addRun()
    assert.deepEqual(await runs.requestStop(unwatched), { outcome: 'unsupervised' })
    assert.deepEqual(await runs.requestStop(watched), { outcome: 'requested' })
    assert.equal(tracking.events.at(-1)?.kind, 'stop-requested')
    assert.deepEqual([await runs.isStopRequested(unwatched), await runs.isStopRequested(watched)], [false, true])
    await runs.end(watched, 'KILLED', [])
    assert.equal(await runs.isStopRequested(watched), false)
    assert.deepEqual(await runs.requestStop(watched), { outcome: 'already-ended' })
  })

  it('delete a tag that is there', async () => {
    await using tracking = await openScratchTracking()
    const runId = await tracking.addRun({ tags: [{ key: 'a', value: '1' }] })
    await tracking.runs.deleteTag(runId, 'a')
    await assert.rejects(tracking.runs.deleteTag(runId, 'a'), {
      code: 'RESOURCE_DOES_NOT_EXIST',
      message: `No tag with name: a in run with id ${runId}`,
    })
  })

  it('keep datasets once and models as they were logged', async () => {
    await using tracking = await openScratchTracking()
    const { runs } = tracking
    const dataset = { name: 'digits', digest: 'abc', sourceType: 'local', source: '{}', schema: '{"x":1}' }
    const tags = [{ key: 'mlflow.data.context', value: 'train' }]
    const [one, two] = [await tracking.addRun(), await tracking.addRun()]
    for (const runId of [one, two, one])
      await runs.logInputs(runId, { datasets: [{ dataset, tags }], modelIds: ['m-1'] })
    await runs.logOutputs(one, [
      { modelId: 'm-2', step: 4 },
      { modelId: 'm-2', step: 9 },
    ])
    const run = await runs.get(one)
    assert.deepEqual(run.datasets, [{ dataset, tags }])
    assert.deepEqual(run.modelInputs, ['m-1'])
    assert.deepEqual(run.modelOutputs, [
      { modelId: 'm-2', step: 4 },
      { modelId: 'm-2', step: 9 },
    ])
    assert.deepEqual((await runs.get(two)).modelOutputs, [])
  })

  it('keep what a program says of its data, whether it was seen opening the file before or after', async () => {
    await using tracking = await openScratchTracking()
    const { runs } = tracking
    const dataset = { name: 'test.csv', digest: 'abc', sourceType: 'runwright_data', source: '{}' }
    const input = (context: string, found: string) => ({
      dataset,
      tags: [
        { key: 'mlflow.data.context', value: context },
        { key: 'runwright.data.found', value: found },
      ],
    })
    const [seen, said] = [input('input', 'opened'), input('evaluation', 'declared')]
    for (const order of [
      [seen, said, seen],
      [said, seen],
    ]) {
      const runId = await tracking.addRun()
      for (const each of order) await runs.logInputs(runId, { datasets: [each] })
      assert.deepEqual((await runs.get(runId)).datasets, [said])
    }
    const runId = await tracking.addRun()
    for (const each of [seen, { dataset, tags: [] }]) await runs.logInputs(runId, { datasets: [each] })
    assert.deepEqual((await runs.get(runId)).datasets, [seen])
  })

  it('count as active while they go on and are not deleted', async () => {
    await using tracking = await openScratchTracking()
    const [ended, deleted] = [await tracking.addRun(), await tracking.addRun(), await tracking.addRun()]
    await tracking.runs.end(ended, 'FINISHED', [])
    await tracking.runs.delete([deleted])
    assert.equal(await tracking.runs.countActive(), 1)
  })
})
