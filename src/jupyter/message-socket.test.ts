import assert from 'node:assert/strict'
import { once } from 'node:events'
import { it } from 'node:test'
import { WebSocket, WebSocketServer } from 'ws'
import type { JupyterMessage } from '../protocol/jupyter-messages.ts'
import { openJupyterServer } from './jupyter-server.ts'
import { encodeFrame, framesOfParts } from './message-frames.ts'
import { openMessageSocket } from './message-socket.ts'

it('a server that waits for TCP to acknowledge gets word of each message at once, without having asked', async () => {
  await using resources = new AsyncDisposableStack()
  const host = new WebSocketServer({ host: '127.0.0.1', port: 0, handleProtocols: () => framesOfParts })
  resources.defer(() => void host.close())
  await once(host, 'listening')
  const address = host.address()
  assert.ok(typeof address === 'object' && address !== null)
  const joined = once(host, 'connection')
  const heard: string[] = []
  const server = openJupyterServer({ url: new URL(`http://127.0.0.1:${address.port}/`) }, () => '')
  resources.use(
    await openMessageSocket(server, 'kernel', {
      session: 'session',
      message: ({ header }) => heard.push(header.msg_id),
      closed: () => assert.fail('it is not broken'),
      refused: () => assert.fail('all are messages'),
    }),
  )
  const [peer] = await joined
  assert.ok(peer instanceof WebSocket)

  for (const id of ['first', 'second']) {
    const pong = once(peer, 'pong')
    peer.send(encodeFrame(makeStatus(id), framesOfParts))
    await pong
  }
  assert.deepEqual(heard, ['first', 'second'])
})

function makeStatus(id: string): JupyterMessage {
  const header = { msg_id: id, session: '', username: '', date: '', msg_type: 'status', version: '5.3' }
  return { channel: 'iopub', header, parent_header: {}, metadata: {}, content: {}, buffers: [] }
}
