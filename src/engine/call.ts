import { RunwrightError } from '../protocol/errors.ts'
import { isRecord } from '../protocol/json.ts'
import type { MethodName, Methods } from '../protocol/methods.ts'
import type { MethodTable } from '../tracking/route.ts'

/**
 * Runs one typed method from the body of a call.
 *
 * @throws INVALID_PARAMETER_VALUE, ENDPOINT_NOT_FOUND for an unknown method, and what the method throws
 */
export async function runCall(
  methods: MethodTable<MethodName>,
  body: unknown,
): Promise<{ method: MethodName; result: object }> {
  if (!isRecord(body) || typeof body['method'] !== 'string') {
    throw new RunwrightError('INVALID_PARAMETER_VALUE', 'A call is an object with "method" and "params".')
  }
  const { method, params = {} } = body
  if (!isMethodOf(methods, method)) {
    throw new RunwrightError('ENDPOINT_NOT_FOUND', `There is no method "${String(method)}".`, {
      hint: 'The caller may be newer than this engine; "runwright engine stop" lets the next one start afresh.',
    })
  }
  return { method, result: await run(methods, method, params) }
}

function run<M extends MethodName>(
  table: MethodTable<MethodName>,
  method: M,
  params: unknown,
): Promise<Methods[M]['result']> {
  const entry = table[method]
  return entry.run(entry.parse(params))
}

function isMethodOf(methods: MethodTable<MethodName>, name: unknown): name is MethodName {
  return typeof name === 'string' && Object.hasOwn(methods, name)
}
