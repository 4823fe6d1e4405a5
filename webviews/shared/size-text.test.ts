import assert from 'node:assert/strict'
import { it } from 'node:test'
import { toSizeText } from './size-text.ts'

it('writes sizes in the unit that fits', () => {
  const sizes = [0, 1023, 1024, 1536, 33_554_432, 150 * 1024 ** 2, 3 * 1024 ** 5]
  assert.deepEqual(sizes.map(toSizeText), ['0 B', '1023 B', '1 KB', '1.5 KB', '32 MB', '150 MB', '3072 TB'])
})
