import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { applyPass, findPass } from '../apply-pass.ts'
import type { PassContext } from '../pass.ts'
import { layeredModel } from '../search/test-search.ts'
import { compareOutputs, runModel, testContext } from '../test-runtime.ts'

const apply = (options: Readonly<Record<string, unknown>>, context: PassContext = testContext) =>
  applyPass(findPass('mixed-precision'), layeredModel(), options, context)

describe('mixed precision', () => {
  it('leaves the layer in float that does the most harm, with its weights in half precision', async () => {
    const { model, changes, skipped } = await apply({ pass: 'weight-int8', budget: 0.03 })
    assert.deepEqual(
      changes.map(({ name, to }) => [name.replace(/^.*“(.*)”$/, '$1'), to]),
      [
        ['a_m', 'uint8'],
        ['b_m', 'uint8'],
        ['d_m', 'uint8'],
        ['c', 'float16'],
      ],
    )
    assert.deepEqual(
      skipped?.map(({ name }) => name),
      ['c_m'],
    )
    assert.match(skipped?.[0]?.why ?? '', /^it stays in float: by itself it would move outputs by \d/)
    assert.ok(compareOutputs(await runModel(layeredModel()), await runModel(model)) <= 0.03)
  })

  it('puts all layers into integers where the budget allows it, and fewer where it is smaller', async () => {
    const counts = []
    for (const budget of [1, 0.03, 0.0055]) {
      const { changes } = await apply({ pass: 'weight-int8', budget })
      counts.push(changes.filter(({ to }) => to === 'uint8').length)
    }
    assert.equal(counts[0], 4)
    assert.ok((counts[1] ?? 0) < 4 && (counts[2] ?? 0) < (counts[1] ?? 0), counts.join(', '))
  })

  it('leaves the weights of the others as they are where half precision is too much, or not wanted', async () => {
    let compared = 0
    // All of them, each by itself, two that are tried, and the last with halves.
    const learnAnswers: NonNullable<PassContext['learnAnswers']> = () =>
      Promise.resolve((model) => {
        compared += 1
        const hasHalves = model.graph?.node.some(({ name }) => name.endsWith('_widen')) === true
        return Promise.resolve(compared === 1 || hasHalves ? 1 : 0.001)
      })
    const { changes } = await apply({ pass: 'weight-int8', budget: 0.03 }, { ...testContext, learnAnswers })
    assert.ok(changes.every(({ to }) => to === 'uint8') && changes.length < 4)
    const plain = await apply({ pass: 'weight-int8', budget: 0.03, halves: false })
    assert.ok(plain.changes.every(({ to }) => to === 'uint8'))
  })

  it('is refused with what is missed when no layer bears it', async () => {
    await assert.rejects(() => apply({ pass: 'weight-int4', budget: 0.000_001 }), {
      code: 'COMPRESSION_NOT_APPLICABLE',
      message: /“Weights of 4 bits” moves its outputs by .+ % at least, which is more than 0\.00010 %/,
      hint: /Allow a greater budget/,
    })
  })

  it('needs data', async () => {
    const { learnAnswers: _without, ...context } = testContext
    await assert.rejects(() => apply({}, context), { code: 'INVALID_PARAMETER_VALUE', hint: /--data/ })
  })
})
