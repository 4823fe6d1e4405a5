import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseExperimentId } from '../protocol/ids.ts'
import type { ExperimentId } from '../protocol/ids.ts'
import { parseExperimentFilter } from '../protocol/mlflow/filter.ts'
import { parseExperimentOrder } from '../protocol/mlflow/order-by.ts'
import { openScratchTracking } from './scratch-tracking.ts'

function idOf(text: string): ExperimentId {
  const id = parseExperimentId(text)
  assert.ok(id)
  return id
}

describe('experiments', () => {
  it('begin with "Default", whose id is 0', async () => {
    await using tracking = await openScratchTracking()
    const experiment = await tracking.experiments.get(idOf('0'))
    assert.equal(experiment.name, 'Default')
    assert.equal(experiment.artifactLocation, 'mlflow-artifacts:/0')
    assert.equal(experiment.lifecycleStage, 'active')
    assert.ok(Math.abs(experiment.creationTime - Date.now()) < 60_000)
  })

  it('are made once by name, with an artifact location of their own', async () => {
    await using tracking = await openScratchTracking()
    const { experiments } = tracking
    const experimentId = await experiments.create({ name: 'digits', tags: [{ key: 'team', value: 'a' }] })
    assert.deepEqual(await experiments.get(experimentId), {
      experimentId: '1',
      name: 'digits',
      artifactLocation: 'mlflow-artifacts:/1',
      lifecycleStage: 'active',
      creationTime: tracking.clock.now,
      lastUpdateTime: tracking.clock.now,
      tags: [{ key: 'team', value: 'a' }],
    })
    await assert.rejects(experiments.create({ name: 'digits' }), { code: 'RESOURCE_ALREADY_EXISTS' })
    assert.equal((await experiments.ensure('digits')).experimentId, experimentId)
    assert.deepEqual(tracking.events, [{ kind: 'experiment', experimentId }])
  })

  it('keep their name and id when deleted', async () => {
    await using tracking = await openScratchTracking()
    const { experiments } = tracking
    const { experimentId } = await experiments.ensure('digits')
    await experiments.delete(experimentId)
    await assert.rejects(experiments.create({ name: 'digits' }), { code: 'RESOURCE_ALREADY_EXISTS' })
    await assert.rejects(experiments.ensure('digits'), { code: 'INVALID_PARAMETER_VALUE' })
    await assert.rejects(experiments.rename(experimentId, 'other'), { code: 'INVALID_STATE' })
    await assert.rejects(experiments.delete(experimentId), { code: 'RESOURCE_DOES_NOT_EXIST' })
    assert.equal((await experiments.findByName('digits'))?.lifecycleStage, 'deleted')
    assert.equal(await experiments.create({ name: 'next' }), '2')
  })

  it('take their runs along when deleted and bring them back when restored', async () => {
    await using tracking = await openScratchTracking()
    const { experiments, runs } = tracking
    const { experimentId } = await experiments.ensure('digits')
    const [kept, deletedBefore] = [await tracking.addRun({ experimentId }), await tracking.addRun({ experimentId })]
    await runs.delete([deletedBefore])
    await experiments.delete(experimentId)
    assert.equal((await runs.get(kept)).lifecycleStage, 'deleted')
    assert.equal((await runs.search([experimentId], { limit: 10 })).items.length, 0)
    assert.equal((await runs.search([experimentId], { limit: 10, view: 'DELETED_ONLY' })).items.length, 2)
    await experiments.restore(experimentId)
    const { items } = await runs.search([experimentId], { limit: 10 })
    assert.deepEqual(
      items.map(({ runId }) => runId),
      [kept],
    )
  })

  it('are renamed to a free name only', async () => {
    await using tracking = await openScratchTracking()
    const { experiments } = tracking
    const { experimentId } = await experiments.ensure('digits')
    await experiments.rename(experimentId, 'digits')
    await assert.rejects(experiments.rename(experimentId, 'Default'), { code: 'RESOURCE_ALREADY_EXISTS' })
    tracking.clock.now += 5
    await experiments.rename(experimentId, 'letters')
    const { name, lastUpdateTime } = await experiments.get(experimentId)
    assert.deepEqual([name, lastUpdateTime], ['letters', tracking.clock.now])
  })

  it('replace a tag and delete one', async () => {
    await using tracking = await openScratchTracking()
    const { experiments } = tracking
    const { experimentId } = await experiments.ensure('digits')
    await experiments.setTag(experimentId, { key: '__proto__', value: '1' })
    await experiments.setTag(experimentId, { key: '__proto__', value: '2' })
    assert.deepEqual((await experiments.get(experimentId)).tags, [{ key: '__proto__', value: '2' }])
    await experiments.deleteTag(experimentId, '__proto__')
    assert.deepEqual((await experiments.get(experimentId)).tags, [])
    await assert.rejects(experiments.deleteTag(experimentId, '__proto__'), { code: 'RESOURCE_DOES_NOT_EXIST' })
  })

  it('have artifacts only where the server may keep them', async () => {
    await using tracking = await openScratchTracking()
    const refused = ['/etc', 'file:///etc', 's3://bucket', 'mlflow-artifacts:/../x', 'mlflow-artifacts:/a//b']
    refused.push('mlflow-artifacts://host/a', 'mlflow-artifacts:/a/%2e%2e', 'mlflow-artifacts:/')
    for (const artifactLocation of refused) {
      await assert.rejects(
        tracking.experiments.create({ name: artifactLocation, artifactLocation }),
        { code: 'INVALID_PARAMETER_VALUE' },
        artifactLocation,
      )
    }
    const experimentId = await tracking.experiments.create({ name: 'own', artifactLocation: 'mlflow-artifacts:/own/' })
    const runId = await tracking.addRun({ experimentId })
    assert.equal((await tracking.runs.get(runId)).artifactUri, `mlflow-artifacts:/own/${runId}/artifacts`)
  })

  it('count their runs and are listed by their last change', async () => {
    await using tracking = await openScratchTracking()
    tracking.clock.now = Date.now() + 1_000_000
    const { experiments, runs } = tracking
    const older = await experiments.ensure('older')
    const newer = await experiments.ensure('newer')
    const startTime = tracking.clock.now + 1
    const [ended, , waiting] = [
      await tracking.addRun({ experimentId: older.experimentId, startTime }),
      await tracking.addRun({ experimentId: older.experimentId, startTime }),
      await tracking.addRun({ experimentId: newer.experimentId, startTime: 5 }),
    ]
    await runs.end(ended, 'FINISHED', [])
    await runs.update(waiting, { status: 'SCHEDULED' })
    const list = await experiments.list('ACTIVE_ONLY')
    assert.deepEqual(
      list.map((each) => [each.name, each.runCount, each.activeRunCount, each.scheduledRunCount]),
      [
        ['older', 2, 1, 0],
        ['newer', 1, 1, 1],
        ['Default', 0, 0, 0],
      ],
    )
  })

  it('know the keys that were logged and the headline metric', async () => {
    await using tracking = await openScratchTracking()
    const { experiments } = tracking
    const { experimentId } = await experiments.ensure('digits')
    assert.deepEqual(await experiments.keys(experimentId), { metrics: [], params: [], tags: [], headline: null })
    const point = { step: 0, timestamp: 0, value: 1 }
    const metrics = ['loss', 'accuracy', 'loss'].map((key, step) => ({ key, ...point, step }))
    await tracking.addRun({ experimentId, metrics, params: [{ key: 'depth', value: '3' }] })
    await tracking.addRun({ experimentId, metrics: metrics.slice(0, 1) })
    assert.deepEqual(await experiments.keys(experimentId), {
      metrics: ['accuracy', 'loss'],
      params: ['depth'],
      tags: ['mlflow.runName'],
      headline: { key: 'accuracy', goal: 'maximize' },
    })
  })

  it('of an unknown id are not there', async () => {
    await using tracking = await openScratchTracking()
    for (const id of ['7', '9999999999999999999']) {
      await assert.rejects(tracking.experiments.get(idOf(id)), {
        code: 'RESOURCE_DOES_NOT_EXIST',
        message: `No Experiment with id=${id} exists`,
      })
    }
  })

  it('are found by filter, in pages', async () => {
    await using tracking = await openScratchTracking()
    const { experiments } = tracking
    for (const name of ['a1', 'A2', 'b3']) {
      tracking.clock.now++
      await experiments.create({ name, tags: [{ key: 'letter', value: name }] })
    }
    const find = async (filter: string, order: string[] = []) => {
      const query = { filter: parseExperimentFilter(filter), orderBy: parseExperimentOrder(order), limit: 2 }
      const page = await experiments.search(query)
      const { nextPageToken } = page
      const rest =
        nextPageToken === undefined ? [] : (await experiments.search({ ...query, pageToken: nextPageToken })).items
      return [...page.items, ...rest].map(({ name }) => name)
    }
    assert.deepEqual(await find('', ['name ASC']), ['A2', 'Default', 'a1', 'b3'])
    assert.deepEqual(await find("name LIKE 'a%'"), ['a1'])
    assert.deepEqual(await find("name ILIKE 'a%'"), ['A2', 'a1'])
    assert.deepEqual(await find("tags.letter != 'a1'"), ['b3', 'A2'])
    assert.deepEqual(await find('tags.letter IS NULL'), ['Default'])
    assert.deepEqual(await find("tags.letter LIKE 'a%'"), ['a1'])
    assert.deepEqual(await find("tags.letter ILIKE 'A%'"), ['A2', 'a1'])
    assert.deepEqual(await find("name LIKE '%3' AND tags.letter LIKE 'b%'"), ['b3'])
    assert.deepEqual(await find("experiment_id IN ('1', '3')"), ['b3', 'a1'])
    assert.deepEqual(await find("experiment_id = '2'"), ['A2'])
  })
})
