import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Duplex } from 'node:stream'
import { it } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { relay } from './agent-streams.ts'
import { windowBytes } from './agent-text.ts'

it('a relay carries the last piece of what a closed connection said, however late there is room for it', async () => {
  const connection = new Duplex({
    // As a socket of which the other side closes its half.
    allowHalfOpen: false,
    read() {},
    write: (_chunk, _encoding, done) => done(),
  })
  const said: string[] = []
  const over = Promise.withResolvers<void>()
  let text = ''
  const end = relay(
    connection,
    (op, more) => {
      if (op === 'data') text += Buffer.from(String(more?.['bytes']), 'base64').toString()
      else said.push(op)
    },
    () => over.resolve(),
  )
  connection.push(`${'x'.repeat(windowBytes)}the end`)
  await setImmediate()
  // A socket looks for its end by itself, whether or not anybody reads on.
  connection.push(null)
  connection.read(0)
  await once(connection, 'close')
  assert.equal(text.length, windowBytes)
  end.take('ack', { size: windowBytes })
  await over.promise
  assert.deepEqual([text.length, text.slice(windowBytes), said], [windowBytes + 7, 'the end', ['end']])
})
