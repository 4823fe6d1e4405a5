import assert from 'node:assert/strict'
import { it } from 'node:test'
import { letGo } from './tensor-value.ts'

it('gives the memory of a tensor back at once, also where two are in one buffer, and leaves texts as they are', () => {
  const { buffer } = new Float32Array(1000)
  const halves = [0, 2000].map((offset) => ({
    dtype: 'float32' as const,
    dims: [500],
    data: new Float32Array(buffer, offset, 500),
  }))
  for (const half of halves) letGo(half)
  assert.deepEqual([buffer.byteLength, ...halves.map(({ data }) => data.length)], [0, 0, 0])
  const texts = { dtype: 'string', dims: [1], data: ['a'] } as const
  letGo(texts)
  assert.deepEqual(texts.data, ['a'])
})
