import assert from 'node:assert/strict'
import { it } from 'node:test'
import * as fc from 'fast-check'
import type { JupyterMessage } from '../../protocol/jupyter-messages.ts'
import { decodeMessage, encodeMessage } from './wire.ts'

const header = { msg_id: 'a', session: 'b', username: 'c', date: '2026-01-01', msg_type: 'stream', version: '5.4' }
const message: JupyterMessage = {
  channel: 'iopub',
  header,
  parent_header: header,
  metadata: {},
  content: { text: 'ä' },
  buffers: [Buffer.from([0, 255])],
}

function toBytes(parts: readonly (string | Uint8Array)[]): Buffer[] {
  return parts.map((part) => Buffer.from(part))
}

it('a message is read as it was sent, behind whatever names its topic', () => {
  const parts = toBytes(['kernel.1.stream', ...encodeMessage(message, 'key')])
  assert.deepEqual(decodeMessage('iopub', parts, 'key'), message)
})

it('a signature is what Jupyter makes it', () => {
  // Python's hmac.new(b'key', header + header + b'{}{}', 'sha256').hexdigest()
  const texts = encodeMessage({ ...message, content: {}, buffers: [] }, 'key')
  assert.equal(texts[1], '3c0409cc4e0c96db10e486e0141b2ea02feb6214e263442ccc5d0f6ddef920d0')
})

it('one bit that differs is refused', () => {
  const parts = toBytes(encodeMessage(message, 'key'))
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 }), fc.nat(), (index, at) => {
      const changed = parts.map((part) => Buffer.from(part))
      const part = changed[index] ?? Buffer.alloc(1)
      part.writeUInt8(part.readUInt8(at % part.length) ^ 1, at % part.length)
      assert.throws(() => decodeMessage('iopub', changed, 'key'), { code: 'BAD_REQUEST' })
    }),
  )
  assert.throws(() => decodeMessage('iopub', parts, 'another'), { code: 'BAD_REQUEST' })
})

it('parts that are missing are refused', () => {
  const parts = toBytes(encodeMessage(message, 'key'))
  for (let count = 0; count < 6; count++) {
    assert.throws(() => decodeMessage('iopub', parts.slice(0, count), 'key'), { code: 'BAD_REQUEST' })
  }
})
