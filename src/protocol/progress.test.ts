import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { estimateRemainingMs, findProgress } from './progress.ts'

const metric = (key: string, value: number, step = 0) => ({ key, value, step, timestamp: 1000 + step })
const param = (key: string, value: string) => ({ key, value })

describe('the progress of a run', () => {
  it('is its metric of epochs against the param that names all of them', () => {
    const progress = findProgress(
      [param('num_train_epochs', '3')],
      [metric('loss', 0.1, 900), metric('epoch', 1.5, 900)],
    )
    assert.deepEqual(progress, { unit: 'epoch', done: 1.5, total: 3, at: 1900 })
  })

  it('is the step of its latest metrics where it logs no counter', () => {
    const metrics = [metric('loss', 0.1, 7), metric('accuracy', 0.9, 5)]
    assert.deepEqual(findProgress([param('epochs', '25')], metrics), { unit: 'epoch', done: 7, total: 25, at: 1007 })
    assert.deepEqual(findProgress([param('max_steps', '50')], metrics), { unit: 'step', done: 7, total: 50, at: 1007 })
  })

  it('is not known where its steps count something else than the param', () => {
    assert.equal(findProgress([param('epochs', '25')], [metric('loss', 0.1, 26)]), undefined)
    const both = [param('epochs', '3'), param('max_steps', '100')]
    assert.equal(findProgress(both, [metric('loss', 0.1, 50)])?.unit, 'step')
  })

  it('is not known without a total, or before anything was logged', () => {
    assert.equal(findProgress([param('lr', '3')], [metric('epoch', 1)]), undefined)
    assert.equal(findProgress([param('epochs', 'many')], [metric('epoch', 1)]), undefined)
    assert.equal(findProgress([param('epochs', '3')], []), undefined)
  })
})

describe('the time that is left', () => {
  const progress = { unit: 'epoch', done: 5, total: 20, at: 60_000 } as const

  it('goes by what was done since the beginning, and runs down between two points', () => {
    assert.equal(estimateRemainingMs(progress, { done: 0, at: 10_000 }, 60_000), 150_000)
    assert.equal(estimateRemainingMs(progress, { done: 0, at: 10_000 }, 70_000), 140_000)
  })

  it('counts from where a later attempt went on', () => {
    assert.equal(estimateRemainingMs(progress, { done: 4, at: 50_000 }, 60_000), 150_000)
  })

  it('is none that is less than nothing, and is not known before something was done', () => {
    assert.equal(estimateRemainingMs({ ...progress, done: 20 }, { done: 0, at: 0 }, 90_000), 0)
    assert.equal(estimateRemainingMs(progress, progress, 60_000), undefined)
  })
})
