import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseServerSentEvents } from './event-stream.ts'

/** The events in the text, when it arrives in pieces of so many bytes. */
function parse(text: string, pieceBytes = Infinity): Promise<{ id: string; data: string }[]> {
  const bytes = new TextEncoder().encode(text)
  async function* pieces() {
    for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes)
  }
  return Array.fromAsync(parseServerSentEvents(pieces()))
}

describe('the parser of server-sent events', () => {
  const text = ': hello\n\nid: a:1\ndata: {"key":"größe"}\n\n:\n\nid: a:2\ndata: one\ndata: two\n\n'
  const events = [
    { id: 'a:1', data: '{"key":"größe"}' },
    { id: 'a:2', data: 'one\ntwo' },
  ]

  for (const pieceBytes of [1, 2, 3, 7, Infinity]) {
    it(`finds the same events in pieces of ${pieceBytes} bytes`, async () => {
      assert.deepEqual(await parse(text, pieceBytes), events)
    })
  }

  it('takes carriage returns and fields without a space', async () => {
    assert.deepEqual(await parse('id:a:1\r\ndata:x\r\n\r\n'), [{ id: 'a:1', data: 'x' }])
  })

  it('keeps the last id, and drops an event that was cut off', async () => {
    assert.deepEqual(await parse('id: a:1\ndata: x\n\ndata: y\n\nid: a:3\ndata: z\n'), [
      { id: 'a:1', data: 'x' },
      { id: 'a:1', data: 'y' },
    ])
  })
})
