import assert from 'node:assert/strict'
import { once } from 'node:events'
import { it } from 'node:test'
import { WebSocket, WebSocketServer } from 'ws'
import type { JupyterMessage } from '../protocol/jupyter-messages.ts'
import { openJupyterServer } from './jupyter-server.ts'
import { encodeFrame, framesOfParts } from './message-frames.ts'
import { openMessageSocket } from './message-socket.ts'

it('a server that does not know the newer frames is asked for the older ones as somebody else, always the same', async () => {
  await using resources = new AsyncDisposableStack()
  const { host, server } = await openHost(resources, () => false)
  const sessions: string[] = []
  host.on('connection', (_socket, { url = '' }) => sessions.push(url.replace(/^.*session_id=/, '')))
  const parts = {
    session: 'session',
    message: () => assert.fail('nothing is said'),
    closed: () => assert.fail('it is not broken'),
    refused: () => assert.fail('nothing is said'),
  }
  for (let left = 2; left > 0; left--) (await openMessageSocket(server, 'kernel', parts))[Symbol.dispose]()
  assert.deepEqual(sessions, ['session', 'session-text', 'session-text'])
})

it('a server that waits for TCP to acknowledge gets word of each message at once, without having asked', async () => {
  await using resources = new AsyncDisposableStack()
  const { host, server } = await openHost(resources, () => framesOfParts)
  const joined = once(host, 'connection')
  const heard: string[] = []
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

async function openHost(resources: AsyncDisposableStack, handleProtocols: () => string | false) {
  const host = new WebSocketServer({ host: '127.0.0.1', port: 0, handleProtocols })
  resources.defer(() => void host.close())
  await once(host, 'listening')
  const address = host.address()
  assert.ok(typeof address === 'object' && address !== null)
  const server = openJupyterServer({ url: new URL(`http://127.0.0.1:${address.port}/`) }, () => '')
  return { host, server }
}

function makeStatus(id: string): JupyterMessage {
  const header = { msg_id: id, session: '', username: '', date: '', msg_type: 'status', version: '5.3' }
  return { channel: 'iopub', header, parent_header: {}, metadata: {}, content: {}, buffers: [] }
}
