import assert from 'node:assert/strict'
import { it } from 'node:test'
import { blockBytes, createLogBlocks } from './log-blocks.ts'

const filled = (length: number, byte: number) => new Uint8Array(length).fill(byte)

it('bytes are read as they were put, over the border of blocks and as they grow', () => {
  const blocks = createLogBlocks(4)
  blocks.put(0, filled(blockBytes - 2, 1))
  blocks.put(blockBytes - 2, filled(5, 2))
  blocks.put(blockBytes + 3, filled(1, 3))
  assert.deepEqual([...(blocks.read({ start: blockBytes - 3, end: blockBytes + 4 }) ?? [])], [1, 2, 2, 2, 2, 2, 3])
  assert.equal(blocks.read({ start: blockBytes, end: blockBytes + 5 }), undefined)
  assert.deepEqual(blocks.listMissing({ start: 0, end: blockBytes + 5 }), [blockBytes])
})

it('the blocks that were used last are kept', () => {
  const blocks = createLogBlocks(2)
  blocks.put(0, filled(2 * blockBytes, 1))
  blocks.read({ start: 0, end: 1 })
  blocks.put(2 * blockBytes, filled(10, 3))
  assert.deepEqual(blocks.listMissing({ start: 0, end: 2 * blockBytes + 10 }), [blockBytes])
  blocks.put(blockBytes, filled(blockBytes, 2))
  assert.deepEqual([...(blocks.read({ start: 2 * blockBytes - 1, end: 2 * blockBytes + 1 }) ?? [])], [2, 3])
})
