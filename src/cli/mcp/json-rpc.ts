import type { Readable, Writable } from 'node:stream'
import { createInterface } from 'node:readline'
import { isRecord, parseForeignJson } from '../../protocol/json.ts'

/** JSON-RPC's own codes for what went wrong. */
export const rpcCodes = {
  parse: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internal: -32603,
} as const

/** What a method throws to be answered with a code; anything else becomes an internal error. */
export class RpcError extends Error {
  override readonly name = 'RpcError'
  readonly code: number

  constructor(code: number, message: string) {
    super(message)
    this.code = code
  }
}

export type RpcMethod = (params: unknown, signal: AbortSignal) => Promise<object>

type RequestId = string | number

/**
 * Serves JSON-RPC 2.0 on a pair of streams, a message a line, until the input ends or `closed` is aborted: requests run
 * beside one another, and `notifications/cancelled` gives one up, which is then not answered. Other notifications and
 * answers are ignored. Lists of messages, which MCP 2025-03-26 has, are answered by a list.
 *
 * @see https://www.jsonrpc.org/specification
 * @see https://modelcontextprotocol.io/specification/2025-06-18/basic/transports
 */
export async function serveRpc(
  input: Readable,
  output: Writable,
  methods: Readonly<Record<string, RpcMethod>>,
  closed: AbortSignal,
): Promise<void> {
  const pending = new Map<RequestId, AbortController>()

  const send = (message: object) => void output.write(`${JSON.stringify(message)}\n`)

  const answer = async (message: unknown): Promise<object | undefined> => {
    if (!isRecord(message) || message['jsonrpc'] !== '2.0')
      return failure(null, rpcCodes.invalidRequest, 'No JSON-RPC 2.0.')
    const { id, method, params } = message
    if (typeof method !== 'string') {
      // An answer to a request, of which we send none.
      return 'result' in message || 'error' in message
        ? undefined
        : failure(null, rpcCodes.invalidRequest, 'No method.')
    }
    if (id === undefined) {
      if (method === 'notifications/cancelled' && isRecord(params)) cancel(params['requestId'])
      return undefined
    }
    if (typeof id !== 'string' && typeof id !== 'number') return failure(null, rpcCodes.invalidRequest, 'No such id.')
    const controller = new AbortController()
    pending.set(id, controller)
    try {
      const signal = AbortSignal.any([controller.signal, closed])
      const result = await call(methods, method, params, signal)
      return controller.signal.aborted ? undefined : { jsonrpc: '2.0', id, result }
    } catch (error) {
      if (controller.signal.aborted) return undefined
      const text = error instanceof Error ? error.message : String(error)
      return failure(id, error instanceof RpcError ? error.code : rpcCodes.internal, text)
    } finally {
      pending.delete(id)
    }
  }

  const cancel = (id: unknown) => {
    if (typeof id === 'string' || typeof id === 'number') pending.get(id)?.abort()
  }

  const receive = async (line: string): Promise<void> => {
    const message = parseForeignJson(line)
    if (message === undefined) return send(failure(null, rpcCodes.parse, 'The line is no JSON.'))
    const answers = (await Promise.all([message].flat().map(answer))).filter((each) => each !== undefined)
    if (Array.isArray(message)) {
      if (message.length === 0) send(failure(null, rpcCodes.invalidRequest, 'An empty list.'))
      if (answers.length > 0) send(answers)
    } else for (const each of answers) send(each)
  }

  const working = new Set<Promise<void>>()
  const lines = createInterface({ input, crlfDelay: Infinity })
  const close = () => lines.close()
  closed.addEventListener('abort', close, { once: true })
  for await (const line of lines) {
    if (line.trim() === '') continue
    const work: Promise<void> = receive(line).finally(() => working.delete(work))
    working.add(work)
  }
  closed.removeEventListener('abort', close)
  for (const controller of pending.values()) controller.abort()
  await Promise.all(working)
}

function call(
  methods: Readonly<Record<string, RpcMethod>>,
  name: string,
  params: unknown,
  signal: AbortSignal,
): Promise<object> {
  const method = Object.hasOwn(methods, name) ? methods[name] : undefined
  if (method === undefined) throw new RpcError(rpcCodes.methodNotFound, `There is no method "${name}".`)
  return method(params ?? {}, signal)
}

function failure(id: RequestId | null, code: number, message: string): object {
  return { jsonrpc: '2.0', id, error: { code, message } }
}
