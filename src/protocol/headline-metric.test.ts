import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { chooseHeadlineMetric, inferGoal } from './headline-metric.ts'
import { tagNames } from './tag-names.ts'

describe('the headline metric', () => {
  it('is what the experiment says', () => {
    const tags = [
      { key: tagNames.headlineMetric, value: 'bleu' },
      { key: tagNames.headlineGoal, value: 'minimize' },
    ]
    assert.deepEqual(chooseHeadlineMetric(tags, ['accuracy']), { key: 'bleu', goal: 'minimize' })
  })

  it('is the most familiar key otherwise', () => {
    assert.deepEqual(chooseHeadlineMetric([], ['loss', 'accuracy', 'a']), { key: 'accuracy', goal: 'maximize' })
  })

  it('is found below a prefix', () => {
    assert.deepEqual(chooseHeadlineMetric([], ['gpu/power', 'val/loss']), { key: 'val/loss', goal: 'minimize' })
  })

  it('is the first key when none is familiar, and nothing when there is none', () => {
    assert.deepEqual(chooseHeadlineMetric([], ['zeta', 'alpha']), { key: 'alpha', goal: 'maximize' })
    assert.equal(chooseHeadlineMetric([], []), undefined)
  })

  it('ignores a goal that is none', () => {
    const tags = [
      { key: tagNames.headlineMetric, value: 'rmse' },
      { key: tagNames.headlineGoal, value: 'sideways' },
    ]
    assert.deepEqual(chooseHeadlineMetric(tags, []), { key: 'rmse', goal: 'minimize' })
  })

  it('is better when smaller if its name says error', () => {
    for (const key of ['val_loss', 'training_mean_squared_error', 'rmse', 'latency_ms', 'perplexity']) {
      assert.equal(inferGoal(key), 'minimize', key)
    }
    for (const key of ['accuracy', 'f1', 'throughput', 'answer']) assert.equal(inferGoal(key), 'maximize', key)
  })
})
