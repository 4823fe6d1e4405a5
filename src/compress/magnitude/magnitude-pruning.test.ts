import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { deflateRawSync } from 'node:zlib'
import type { ModelProto } from 'onnx-buf'
import { writeModel } from '../../onnx/model.ts'
import { readTensor } from '../../onnx/tensor.ts'
import { attentionModel, convModel } from '../../onnx/test-models.ts'
import { refusesLater } from '../../onnx/test-refusal.ts'
import { applyPass } from '../apply-pass.ts'
import magnitudePruning from '../passes/magnitude-pruning.ts'
import { testContext } from '../test-runtime.ts'
import { zeroInGroups, zeroSmallest } from './zero-smallest.ts'

function valuesOf({ graph }: ModelProto, name: string): readonly number[] {
  const tensor = graph?.initializer.find((each) => each.name === name)
  assert.ok(tensor, name)
  return Array.from(readTensor(tensor), Number)
}

describe('pruning by magnitude', () => {
  it('takes the smallest, of equal ones the first, and no more than the share', () => {
    const { values, zeros } = zeroSmallest(Float32Array.of(3, -1, 1, 0.5, -1, 2), 0.5)
    assert.deepEqual([...values], [3, 0, 0, 0, -1, 2])
    assert.equal(zeros, 3)
    assert.deepEqual([...zeroSmallest(Float32Array.of(1, 2), 0.4).values], [1, 2])
  })

  it('keeps n of each m along the axis that is summed up, a rest too', () => {
    // Two columns of five.
    const columns = Float32Array.of(1, 9, -4, 8, 2, 7, 3, 6, 5, 5)
    const { values } = zeroInGroups(columns, { length: 5, stride: 2 }, { kept: 2, of: 4 })
    assert.deepEqual([...values], [0, 9, -4, 8, 0, 0, 3, 0, 5, 5])
  })

  it('keeps what is large in each layer, and the size of the model; the file compresses better', async () => {
    const model = attentionModel()
    const { model: pruned, changes } = await applyPass(magnitudePruning, model, { share: 0.75 }, testContext)
    assert.deepEqual(
      changes.map(({ name, to, bytesBefore, bytesAfter }) => [name, to, bytesBefore, bytesAfter]),
      ['w_q', 'w_k', 'w_v', 'w_o'].map((name) => [name, '192 zeros', 1024, 1024]),
    )
    const [before, after] = [valuesOf(model, 'w_q'), valuesOf(pruned, 'w_q')]
    const least = Math.min(...after.filter((value) => value !== 0).map(Math.abs))
    for (const [index, value] of before.entries()) assert.ok(after[index] === value || Math.abs(value) <= least)
    const [bytes, prunedBytes] = [writeModel(model), writeModel(pruned)]
    assert.equal(prunedBytes.length, bytes.length)
    assert.ok(deflateRawSync(prunedBytes).length < 0.6 * deflateRawSync(bytes).length)
  })

  it('keeps one of four along the inputs of a product', async () => {
    const { model } = await applyPass(magnitudePruning, attentionModel(), { pattern: '1:4' }, testContext)
    const values = valuesOf(model, 'w_o')
    for (let column = 0; column < 16; column++) {
      for (let row = 0; row < 16; row += 4) {
        const group = [0, 1, 2, 3].map((step) => values[(row + step) * 16 + column])
        assert.equal(group.filter((value) => value !== 0).length, 1)
      }
    }
  })

  it('refuses what is as sparse already, and what has small weights alone', async () => {
    const { model } = await applyPass(magnitudePruning, attentionModel(), {}, testContext)
    const because = /no float32 weights of at least 256 elements/
    await refusesLater('COMPRESSION_NOT_APPLICABLE', because, async () =>
      applyPass(magnitudePruning, model, {}, testContext),
    )
    await refusesLater('COMPRESSION_NOT_APPLICABLE', because, async () =>
      applyPass(magnitudePruning, convModel(), {}, testContext),
    )
  })
})
