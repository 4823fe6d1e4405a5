import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { describe, it } from 'node:test'
import { RpcError, type RpcMethod, serveRpc } from './json-rpc.ts'

/** Sends lines and resolves to the messages answered, once the input has ended. */
async function exchange(lines: readonly (string | object)[], methods: Readonly<Record<string, RpcMethod>> = {}) {
  const [input, output] = [new PassThrough(), new PassThrough()]
  const served = serveRpc(input, output, methods, new AbortController().signal)
  for (const line of lines) input.write(`${typeof line === 'string' ? line : JSON.stringify(line)}\n`)
  input.end()
  await served
  output.end()
  const text = (await output.toArray()).join('')
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line): unknown => JSON.parse(line))
}

const request = (id: number | string, method: string, params?: object) => ({ jsonrpc: '2.0', id, method, params })
const error = (id: number | null, code: number, message: string) => ({ jsonrpc: '2.0', id, error: { code, message } })

describe('JSON-RPC on two streams', () => {
  it('answers each request under its id, with its params', async () => {
    const echo: RpcMethod = async (params) => ({ params })
    assert.deepEqual(await exchange([request(1, 'echo', { a: 1 }), request('b', 'echo')], { echo }), [
      { jsonrpc: '2.0', id: 1, result: { params: { a: 1 } } },
      { jsonrpc: '2.0', id: 'b', result: { params: {} } },
    ])
  })

  it('says by a code what is wrong, and goes on', async () => {
    const methods: Record<string, RpcMethod> = {
      refuse: async () => {
        throw new RpcError(-32602, 'no')
      },
      break: async () => {
        throw new TypeError('bug')
      },
    }
    const sent = [
      '{"jsonrpc"',
      '7',
      request(1, 'none'),
      request(2, 'toString'),
      request(3, 'refuse'),
      request(4, 'break'),
    ]
    const answers = await exchange(sent, methods)
    const byCode = (code: number) => answers.find((each) => JSON.stringify(each).includes(String(code)))
    assert.equal(answers.length, 6)
    assert.deepEqual(byCode(-32700), error(null, -32700, 'The line is no JSON.'))
    assert.deepEqual(byCode(-32600), error(null, -32600, 'No JSON-RPC 2.0.'))
    assert.deepEqual(byCode(-32601), error(1, -32601, 'There is no method "none".'))
    assert.deepEqual(byCode(-32602), error(3, -32602, 'no'))
    assert.deepEqual(byCode(-32603), error(4, -32603, 'bug'))
  })

  it('does not answer notifications and answers', async () => {
    const sent = [
      { jsonrpc: '2.0', method: 'notifications/initialized' },
      { jsonrpc: '2.0', id: 1, result: {} },
    ]
    assert.deepEqual(await exchange(sent), [])
  })

  it('answers a list by a list', async () => {
    const ping: RpcMethod = async () => ({})
    const notification = { jsonrpc: '2.0', method: 'n' }
    const one = { jsonrpc: '2.0', id: 1, result: {} }
    assert.deepEqual(await exchange([[request(1, 'ping'), notification]], { ping }), [[one]])
    assert.deepEqual(await exchange([[]], { ping }), [error(null, -32600, 'An empty list.')])
  })

  it('gives up what is cancelled, without an answer, while others go on', async () => {
    const aborted: unknown[] = []
    const hang: RpcMethod = (params, signal) =>
      new Promise((_, reject) =>
        signal.addEventListener('abort', () => {
          aborted.push(params)
          reject(new Error('given up'))
        }),
      )
    const cancel = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } }
    const ping: RpcMethod = async () => ({})
    const answers = await exchange([request(1, 'hang', { n: 1 }), cancel, request(2, 'ping')], { hang, ping })
    assert.deepEqual(answers, [{ jsonrpc: '2.0', id: 2, result: {} }])
    assert.deepEqual(aborted, [{ n: 1 }])
  })

  it('gives up what is under way when the input ends', async () => {
    const hang: RpcMethod = (_, signal) =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('given up'))))
    assert.deepEqual(await exchange([request(1, 'hang')], { hang }), [])
  })
})
