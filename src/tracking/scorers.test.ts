import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { defaultExperimentId } from '../protocol/mlflow/id-fields.ts'
import { openScratchTracking } from './scratch-tracking.ts'

const register = { name: 'tone', serialized: '{"name": "tone"}' }

describe('a scorer', () => {
  it('has versions from 1, of which the highest stands for it', async () => {
    await using tracking = await openScratchTracking()
    const { scorers } = tracking
    const made = [
      await scorers.register(defaultExperimentId, register),
      await scorers.register(defaultExperimentId, register),
    ]
    assert.deepEqual(
      made.map(({ version }) => version),
      [1, 2],
    )
    assert.equal(made[0]?.scorerId, made[1]?.scorerId)
    assert.deepEqual(await scorers.list(undefined), [made[1]])
    await scorers.delete(defaultExperimentId, 'tone', 2)
    assert.deepEqual(await scorers.get(defaultExperimentId, 'tone', undefined), made[0])
    await scorers.delete(defaultExperimentId, 'tone', 1)
    assert.deepEqual(await scorers.list([defaultExperimentId]), [])
    await assert.rejects(scorers.versions(defaultExperimentId, 'tone'), { code: 'RESOURCE_DOES_NOT_EXIST' })
    assert.equal((await scorers.register(defaultExperimentId, register)).version, 1)
  })

  it('is gone with all of its versions and with what is to be scored', async () => {
    await using tracking = await openScratchTracking()
    const { scorers } = tracking
    const { scorerId } = await scorers.register(defaultExperimentId, register)
    await scorers.setOnlineScoring(defaultExperimentId, 'tone', { sampleRate: 0, filter: undefined })
    assert.equal((await scorers.onlineScorings([scorerId, 'nobody'])).length, 1)
    await scorers.delete(defaultExperimentId, 'tone', undefined)
    assert.deepEqual(await scorers.onlineScorings([scorerId]), [])
    await assert.rejects(scorers.get(defaultExperimentId, 'tone', undefined), { code: 'RESOURCE_DOES_NOT_EXIST' })
    assert.notEqual((await scorers.register(defaultExperimentId, register)).scorerId, scorerId)
  })
})
