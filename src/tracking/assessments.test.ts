import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { defaultExperimentId } from '../protocol/mlflow/id-fields.ts'
import type { NewAssessment } from '../protocol/traces.ts'
import { openScratchTracking, type ScratchTracking } from './scratch-tracking.ts'

function makeFeedback(change: Partial<NewAssessment> = {}): NewAssessment {
  return {
    kind: 'feedback',
    name: 'good',
    value: 'true',
    source: { type: 'HUMAN', id: 'ada' },
    metadata: [],
    ...change,
  }
}

async function openTraces(...traceIds: string[]): Promise<ScratchTracking> {
  const tracking = await openScratchTracking()
  for (const traceId of traceIds) {
    await tracking.traces.start({
      traceId,
      experimentId: defaultExperimentId,
      requestTime: 1,
      state: 'OK',
      metadata: [],
      tags: [],
      assessments: [],
    })
  }
  return tracking
}

describe('an assessment', () => {
  it('makes the one invalid that it takes the place of, until it is deleted', async () => {
    await using tracking = await openTraces('tr-1')
    const first = await tracking.assessments.create('tr-1', makeFeedback())
    const second = await tracking.assessments.create('tr-1', makeFeedback({ overrides: first.assessmentId }))
    const isValid = async () => (await tracking.assessments.get('tr-1', first.assessmentId)).isValid
    assert.deepEqual([await isValid(), second.isValid, second.overrides], [false, true, first.assessmentId])
    await tracking.assessments.delete('tr-1', second.assessmentId)
    await tracking.assessments.delete('tr-1', second.assessmentId)
    assert.equal(await isValid(), true)
  })

  it('has no say in another trace', async () => {
    await using tracking = await openTraces('tr-1', 'tr-2')
    const { assessmentId } = await tracking.assessments.create('tr-1', makeFeedback())
    const elsewhere = tracking.assessments.create('tr-2', makeFeedback({ overrides: assessmentId }))
    await assert.rejects(elsewhere, /not found for trace 'tr-2'/)
    await assert.rejects(tracking.assessments.get('tr-2', assessmentId), /not found for trace 'tr-2'/)
    await tracking.assessments.delete('tr-2', assessmentId)
    assert.equal((await tracking.assessments.get('tr-1', assessmentId)).isValid, true)
    assert.deepEqual((await tracking.traces.info('tr-2')).assessments, [])
  })

  it('is changed in what is named, and the rest stays', async () => {
    await using tracking = await openTraces('tr-1')
    const made = await tracking.assessments.create(
      'tr-1',
      makeFeedback({ rationale: 'it is', metadata: [{ key: 'a', value: '1' }], error: { code: 'E1' } }),
    )
    tracking.clock.now += 5
    const changed = await tracking.assessments.update('tr-1', made.assessmentId, {
      metadata: [{ key: 'b', value: '2' }],
    })
    const { error, metadata, rationale, value } = changed
    assert.deepEqual([error, rationale, value], [{ code: 'E1' }, 'it is', 'true'])
    assert.deepEqual(
      metadata.map(({ key }) => key),
      ['a', 'b'],
    )
    assert.deepEqual([changed.createTime, changed.lastUpdateTime - made.lastUpdateTime], [made.createTime, 5])
    const again = await tracking.assessments.update('tr-1', made.assessmentId, { feedback: { value: '"no"' } })
    assert.deepEqual([again.value, again.error], ['"no"', undefined])
    const other = tracking.assessments.update('tr-1', made.assessmentId, { expectation: { value: '1' } })
    await assert.rejects(other, /Cannot update expectation value on a Feedback assessment/)
  })

  it('is there once when its trace is sent again', async () => {
    await using tracking = await openTraces('tr-2')
    const trace = {
      traceId: 'tr-1',
      experimentId: defaultExperimentId,
      requestTime: 1,
      state: 'OK',
      metadata: [],
      tags: [],
      assessments: [makeFeedback({ assessmentId: 'a-own' }), makeFeedback({ createTime: 7 })],
    } as const
    await tracking.traces.start(trace)
    await tracking.traces.start(trace)
    // A copy of the trace may have the same assessment.
    await tracking.traces.start({ ...trace, traceId: 'tr-2' })
    const { assessments } = await tracking.traces.info('tr-1')
    assert.deepEqual(
      assessments.map(({ assessmentId, createTime, traceId }) => [assessmentId === 'a-own', createTime === 7, traceId]),
      [
        [true, false, 'tr-1'],
        [false, true, 'tr-1'],
      ],
    )
  })
})
