import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { JupyterMessage } from '../protocol/jupyter-messages.ts'
import { decodeFrame, encodeFrame, framesOfParts } from './message-frames.ts'

const header = {
  msg_id: 'a',
  session: 's',
  username: 'u',
  date: '2026-01-01',
  msg_type: 'display_data',
  version: '5.4',
}
const message: JupyterMessage = {
  channel: 'iopub',
  header,
  parent_header: { ...header, msg_id: 'b' },
  metadata: {},
  content: { data: { 'text/plain': 'hällo' } },
  buffers: [new Uint8Array([1, 2, 3]), new Uint8Array([4])],
}

it('a frame of parts comes out as it went in, buffers too', () => {
  const frame = encodeFrame(message, framesOfParts)
  assert(typeof frame !== 'string')
  assert.deepEqual(decodeFrame(frame.buffer, framesOfParts), message)
})

it('an older frame is JSON, with buffers behind it where there are some', () => {
  const text = encodeFrame(message, '')
  assert(typeof text === 'string')
  assert.deepEqual(decodeFrame(text, ''), { ...message, buffers: [] })
  const json = Buffer.from(text)
  const frame = Buffer.alloc(16 + json.length + 4)
  const offsets = [3, 16, 16 + json.length, 19 + json.length]
  for (const [index, offset] of offsets.entries()) frame.writeUInt32BE(offset, 4 * index)
  frame.set([...json, 1, 2, 3, 4], 16)
  assert.deepEqual(decodeFrame(frame.buffer.slice(frame.byteOffset, frame.byteOffset + frame.length), ''), message)
})

it('output that nobody can read is said to have been left out', () => {
  const deep = {
    ...message,
    content: { data: JSON.parse(`${'['.repeat(150)}${']'.repeat(150)}`) as unknown },
    buffers: [],
  }
  const frame = encodeFrame(deep, framesOfParts)
  assert(typeof frame !== 'string')
  const { content } = decodeFrame(frame.buffer, framesOfParts)
  assert.match(String(content['text']), /left out/)
})

it('what is no message is refused', () => {
  assert.throws(() => decodeFrame('{}', ''), { code: 'BAD_REQUEST' })
  assert.throws(() => decodeFrame(new ArrayBuffer(4), framesOfParts), RangeError)
  const endless = new ArrayBuffer(16)
  new DataView(endless).setBigUint64(0, 1n << 40n, true)
  assert.throws(() => decodeFrame(endless, framesOfParts), RangeError)
})
