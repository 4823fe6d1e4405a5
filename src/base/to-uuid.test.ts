import assert from 'node:assert/strict'
import { it } from 'node:test'
import { toUuid } from './to-uuid.ts'

it('sixteen bytes are a UUID that says that it is random', () => {
  assert.equal(toUuid(new Uint8Array(16)), '00000000-0000-4000-8000-000000000000')
  assert.equal(toUuid(new Uint8Array(20).fill(255)), 'ffffffff-ffff-4fff-bfff-ffffffffffff')
  assert.equal(toUuid(Uint8Array.from({ length: 16 }, (_, index) => index)), '00010203-0405-4607-8809-0a0b0c0d0e0f')
})
