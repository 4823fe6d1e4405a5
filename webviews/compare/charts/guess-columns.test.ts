import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { areEnough, guessColumns } from './guess-columns.ts'

const texts = (...names: string[]) => names.map((name) => ({ name, kind: 'text' as const }))
const numbers = (...names: string[]) => names.map((name) => ({ name, kind: 'number' as const }))

describe('columns of a logged table', () => {
  it('are guessed for a confusion matrix', () => {
    const names = [...texts('id', 'true label', 'predicted label'), ...numbers('predicted_prob', 'count')]
    const columns = guessColumns('confusion-matrix', names)
    assert.deepEqual(columns, { truth: 'true label', predicted: 'predicted label', count: 'count' })
    assert.ok(areEnough('confusion-matrix', columns, names))
    const keras = numbers('y_pred', 'y_true')
    assert.deepEqual(guessColumns('confusion-matrix', keras).truth, 'y_true')
  })

  it('are guessed for a table that is the matrix', () => {
    const names = [...texts('actual'), ...numbers('cat', 'dog')]
    assert.deepEqual(guessColumns('confusion-matrix', names), { truth: 'actual' })
    assert.ok(areEnough('confusion-matrix', { truth: 'actual' }, names))
    assert.ok(!areEnough('confusion-matrix', { truth: 'cat' }, names))
  })

  it('are guessed for a histogram over steps, of bins or of single values', () => {
    const bins = numbers('count', 'bin_end', 'bin_start', 'step')
    const columns = guessColumns('histogram', bins)
    assert.deepEqual(columns, { step: 'step', from: 'bin_start', to: 'bin_end', count: 'count' })
    assert.ok(areEnough('histogram', columns, bins))
    const values = [...texts('layer'), ...numbers('epoch', 'value')]
    const { step, from, to } = guessColumns('histogram', values)
    assert.deepEqual([step, from, to], ['epoch', 'value', undefined])
    assert.ok(areEnough('histogram', { step, from }, values))
    assert.ok(!areEnough('histogram', { step, from: 'layer' }, values))
    assert.ok(!areEnough('histogram', { step, from: 'epoch' }, values))
  })

  it('are guessed for curves of scores', () => {
    const names = numbers('label', 'score', 'sample_weight')
    for (const kind of ['roc', 'precision-recall'] as const) {
      assert.deepEqual(guessColumns(kind, names), { truth: 'label', score: 'score', weight: 'sample_weight' })
    }
    assert.deepEqual(guessColumns('roc', numbers('y_true', 'y_pred')), {
      truth: 'y_true',
      score: 'y_pred',
      weight: undefined,
    })
  })

  it('are not enough where one is missing or is both', () => {
    const names = texts('a', 'b')
    assert.ok(!areEnough('roc', guessColumns('roc', names), names))
    assert.ok(!areEnough('roc', { truth: 'a', score: 'a' }, names))
    assert.ok(!areEnough('confusion-matrix', { truth: 'a', predicted: 'a' }, names))
  })
})
