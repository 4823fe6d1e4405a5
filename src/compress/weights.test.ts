import assert from 'node:assert/strict'
import { it } from 'node:test'
import { TensorProto_DataType as DataType } from 'onnx-buf'
import { makeTensor, tensorBytes, withBytes } from '../onnx/tensor.ts'
import { useFloats, weightsInMemory } from './weights.ts'

it('floats of a weight are let go of after their use, and those that are the model’s own stay', async () => {
  const weight = makeTensor('w', DataType.FLOAT, [3], [1, 2, 3])
  const bytes = tensorBytes(weight)
  const file = new Uint8Array(bytes.length + 1)
  file.set(bytes, 1)
  // At an odd byte, as in most files, they have to be copied.
  for (const tensor of [weight, withBytes(weight, file.subarray(1))]) {
    let given: Float32Array | undefined
    const sum = await useFloats(weightsInMemory, tensor, (values) => {
      given = values
      return values.reduce((total, value) => total + value, 0)
    })
    assert.equal(sum, 6)
    assert.equal(given?.length, tensor === weight ? 3 : 0)
    assert.deepEqual([...tensorBytes(tensor)], [...bytes])
  }
  await assert.rejects(
    useFloats(weightsInMemory, weight, () => {
      throw new Error('no')
    }),
    /no/,
  )
})
