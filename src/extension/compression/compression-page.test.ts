import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { digitsSearch } from '../../../test/webviews/searches.ts'
import { describeLayers, describeSearch } from './compression-page.ts'

const kept = { place: { kind: 'file', path: '/w/search.json' }, name: 'digits.onnx' } as const

describe('what the page of a search is told', () => {
  it('has the original first, and marks every model by how it stands', () => {
    const { models, axes } = describeSearch(digitsSearch(), kept, true)
    assert.deepEqual(
      models.map(({ number, mark }) => [number, mark]),
      [
        [0, 'original'],
        [1, 'other'],
        [2, 'recommended'],
        [3, 'failed'],
        [4, 'failed'],
        [5, 'failed'],
        [6, 'failed'],
        [7, 'front'],
      ],
    )
    assert.equal(models[0]?.name, 'digits.onnx')
    assert.deepEqual(axes, { x: 'size', y: 'p50', label: 'accuracy-drop' })
  })

  it('is called by the model, whatever its run is called', () => {
    const named = { ...kept, name: 'compress digits.onnx, once more' }
    assert.equal(describeSearch(digitsSearch(), named, true).texts.title, 'Compression: digits.onnx')
  })

  it('says how far it has come, and that it was stopped', () => {
    const statusOf = (change: object, hasEnded: boolean) =>
      describeSearch(digitsSearch(change), kept, hasEnded).texts.status
    assert.match(statusOf({}, true), /recommended: \S*clean-up, dynamic-int8/)
    assert.match(statusOf({ recommended: undefined, skipped: 3 }, true), /none is recommended · no time for \S*3/)
    assert.match(statusOf({ isDone: false, trying: 'fp16' }, false), /trying \S*fp16/)
    assert.match(statusOf({ isDone: false }, true), /stopped before its end/)
  })

  it('has layers that still run in float before others, or says that none are known', () => {
    const nodes = [
      { name: 'a', operator: 'QGemm', precision: 'integer' },
      { name: 'b', operator: 'Gemm', precision: 'float' },
    ] as const
    const { tables, note } = describeLayers(1, { changes: [], nodes })
    assert.deepEqual(
      tables.map(({ rows }) => rows.map(([name]) => name)),
      [['b', 'a']],
    )
    assert.match(note, /float: \S*1\S* of \S*2/)
    assert.deepEqual(describeLayers(1, undefined).tables, [])
  })
})
