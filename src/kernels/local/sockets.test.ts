import assert from 'node:assert/strict'
import { it } from 'node:test'
import * as zeromq from 'zeromq'
import { until } from '../../../test/until.ts'
import { findPorts } from './connection-file.ts'
import { openSockets } from './sockets.ts'

it('sockets are connected once all are, so that nothing is lost that a kernel asks from then on', async () => {
  using resources = new DisposableStack()
  const connection = {
    ...(await findPorts()),
    transport: 'tcp',
    ip: '127.0.0.1',
    key: 'secret',
    signature_scheme: 'hmac-sha256',
  } as const
  const listen = async (socket: zeromq.Router | zeromq.Publisher, port: number) => {
    resources.defer(() => socket.close())
    await socket.bind(`tcp://127.0.0.1:${port}`)
  }
  const [shell, control] = [new zeromq.Router(), new zeromq.Router()]
  await listen(shell, connection.shell_port)
  await listen(control, connection.control_port)
  await listen(new zeromq.Publisher(), connection.iopub_port)
  let refusedCount = 0
  const sockets = resources.use(
    openSockets({
      library: zeromq,
      connection,
      onMessage: () => assert.fail('nothing is sent'),
      onSilence() {},
      onRefused: () => refusedCount++,
    }),
  )
  let isConnected = false
  void sockets.connected.then(() => (isConnected = true))
  const header = { msg_id: '1', session: '', username: '', date: '', msg_type: 'kernel_info_request', version: '5.3' }
  const request = { channel: 'shell', header, parent_header: {}, metadata: {}, content: {}, buffers: [] } as const
  sockets.send(request)
  const [name] = await shell.receive()
  sockets.send({ ...request, channel: 'control' })
  await control.receive()
  assert.equal(isConnected, false)

  // As a kernel that is slow to listen there. What it cannot deliver is an error here, where a kernel says nothing.
  const stdin = new zeromq.Router({ mandatory: true })
  await listen(stdin, connection.stdin_port)
  await sockets.connected
  await stdin.send([name ?? assert.fail('no name'), 'no message'])
  await until(() => refusedCount === 1)
})
