import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { refuseHuge } from './refuse-huge.ts'

const gif = (width: number, height: number) => {
  const bytes = Buffer.alloc(13, 'GIF89a')
  bytes.writeUInt16LE(width, 6)
  bytes.writeUInt16LE(height, 8)
  return bytes
}

describe('a huge image', () => {
  it('is one of more than 64 million pixels', () => {
    refuseHuge(gif(8000, 8000))
    assert.throws(() => refuseHuge(gif(8000, 8001)), { code: 'INVALID_PARAMETER_VALUE' })
  })

  it('is none that is drawn as large as there is room, and none of unknown size', () => {
    refuseHuge(Buffer.from('<svg width="1000000" height="1000000">'))
    refuseHuge(Buffer.from('no image'))
  })
})
