import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ModelFailed } from '../../onnx/model-failed.ts'
import { RunwrightError } from '../../protocol/errors.ts'
import { applyStep } from '../apply-step.ts'
import type { PassContext } from '../pass.ts'
import { compareOutputs, runModel, testContext } from '../test-runtime.ts'
import { type Ranking, rankLayers } from './rank-layers.ts'
import { layeredModel } from '../search/test-search.ts'

const applying =
  (pass: string): Ranking['apply'] =>
  (keep, context) =>
    applyStep({ pass, keep }, layeredModel(), context)

async function rank(
  { pass, keep = [] }: { pass: string; keep?: readonly string[] },
  context: PassContext,
  most = Infinity,
) {
  const before = await runModel(layeredModel())
  const told: number[] = []
  const ranked = await rankLayers(layeredModel(), keep, context, {
    apply: applying(pass),
    compare: async (model) => compareOutputs(before, await runModel(model)),
    told: (done) => void told.push(done),
    isOver: () => told.length === most,
  })
  return { ranked, told }
}

describe('the layers of a model', () => {
  it('are ranked by what each does to the outputs when it alone is changed', async () => {
    const { ranked, told } = await rank({ pass: 'weight-int8' }, testContext)
    assert.equal(ranked[0]?.layer, 'c_m')
    assert.ok((ranked[0]?.error ?? 0) > 5 * (ranked[1]?.error ?? Infinity))
    assert.deepEqual(ranked.map(({ layer }) => layer).toSorted(), ['a_m', 'b_m', 'c_m', 'd_m'])
    assert.deepEqual(told, [1, 2, 3, 4])
  })

  it('are ranked as far as there is time', async () => {
    const { ranked } = await rank({ pass: 'weight-int8' }, testContext, 2)
    assert.deepEqual(ranked.map(({ layer }) => layer).toSorted(), ['a_m', 'b_m'])
  })

  it('that keep a model from running when they are changed are the most sensitive', async () => {
    let compared = 0
    const ranked = await rankLayers(layeredModel(), [], testContext, {
      apply: applying('weight-int8'),
      compare: () => ((compared += 1) === 2 ? Promise.reject(new ModelFailed('refused', 'No.')) : Promise.resolve(1)),
    })
    assert.deepEqual(ranked[0], { layer: 'b_m', error: Infinity })
    await assert.rejects(
      rankLayers(layeredModel(), [], testContext, {
        apply: applying('weight-int8'),
        compare: () => Promise.reject(new RunwrightError('STORAGE_FULL', 'Full.')),
      }),
      { code: 'STORAGE_FULL' },
    )
  })

  it('take their ranges from one look at the data, however many there are', async () => {
    const asked = new Set<string>()
    let again = 0
    const { ranked } = await rank(
      { pass: 'static-int8', keep: ['d_m'] },
      {
        ...testContext,
        async calibrate(model, names, settings) {
          for (const name of names) {
            const key = `${settings.method}/${settings.samples}/${name}`
            if (asked.has(key)) again += 1
            asked.add(key)
          }
          const every = await testContext.calibrate?.(model, names, settings)
          return every ?? new Map()
        },
      },
    )
    assert.ok(asked.size > 0)
    assert.equal(again, 0)
    assert.deepEqual(ranked.map(({ layer }) => layer).toSorted(), ['a_m', 'b_m', 'c_m'])
  })
})
