import { helloProof, isNonce } from '../protocol/hello.ts'
import { type Hello, isBulkMethod, type MethodName, paths, protocolVersion } from '../protocol/methods.ts'
import { RunwrightError } from '../protocol/errors.ts'
import { mlflowVersion } from '../protocol/mlflow/version.ts'
import {
  type BytesRoute,
  type MethodTable,
  type RestRoute,
  type StreamRoute,
  type WrittenJson,
  writtenJson,
} from '../tracking/route.ts'
import { runCall } from './call.ts'
import { sendEvents } from './event-route.ts'
import type { EventHub } from './events.ts'
import { isJsonType } from './guard.ts'
import {
  closeSignal,
  describeServer,
  openBody,
  readBytes,
  readJson,
  sendBulk,
  sendBytes,
  sendJson,
  sendStreamAnswer,
  sendText,
  sendWrittenJson,
} from './http.ts'
import type { HttpRoute } from './http-server.ts'

/** Our own half of the HTTP interface. */
export function createOwnRoutes({
  methods,
  events,
  token,
  version,
}: {
  methods: MethodTable<MethodName>
  events: EventHub
  token: string | undefined
  version: string
}): HttpRoute[] {
  return [
    {
      verb: 'POST',
      path: paths.call,
      async handle({ request, response }) {
        const { method, result } = await runCall(methods, await readJson(request))
        if (isBulkMethod(method)) sendBulk(response, result)
        else sendJson(response, result)
      },
    },
    {
      verb: 'GET',
      path: paths.events,
      handle: ({ request, response, query }) => sendEvents(events, request, response, query),
    },
    {
      verb: 'GET',
      path: paths.hello,
      async handle({ response, query }) {
        const nonce = query.get('nonce')
        if (!isNonce(nonce)) {
          throw new RunwrightError('INVALID_PARAMETER_VALUE', "Parameter 'nonce' must be 32 lower-case hex digits.")
        }
        const { pid } = process
        // An engine that lets everybody in has nothing to prove and nothing that it would be sent.
        const proof = token === undefined ? '' : await helloProof(token, { nonce, pid, version })
        sendJson(response, { version, protocolVersion, pid, proof } satisfies Hello)
      },
    },
    // The two paths by which MLflow's server says that it is there.
    {
      verb: 'GET',
      path: '/health',
      async handle({ response }) {
        sendText(response, 'OK')
      },
    },
    {
      verb: 'GET',
      path: '/version',
      async handle({ response }) {
        // Clients ask it what they may send: spans, for one, to no server older than 3.4.
        sendText(response, mlflowVersion)
      },
    },
  ]
}

/** MLflow's half, whose routes know nothing of HTTP. */
export function createMlflowHttpRoutes(
  rest: readonly RestRoute[],
  streams: readonly StreamRoute[],
  bytes: readonly BytesRoute[],
): HttpRoute[] {
  return [...rest.map(toRestRoute), ...streams.map(toStreamRoute), ...bytes.map(toBytesRoute)]
}

function toRestRoute({ verb, path, run }: RestRoute): HttpRoute {
  return {
    verb,
    path,
    async handle({ request, response, captures, query }) {
      const answer = await run({ body: await readJson(request), query, captures, server: describeServer(request) })
      if (isWrittenJson(answer)) await sendWrittenJson(response, answer[writtenJson])
      else sendJson(response, typeof answer === 'object' && answer !== null ? answer : {})
    },
  }
}

function isWrittenJson(answer: unknown): answer is WrittenJson {
  return typeof answer === 'object' && answer !== null && writtenJson in answer
}

function toBytesRoute({ verb, path, contentType, run }: BytesRoute): HttpRoute {
  return {
    verb,
    path,
    async handle({ request, response }) {
      const { headers } = request
      const isJson = isJsonType(headers['content-type'])
      const header = (name: string) => headers[name]?.toString()
      const answer = await run({ body: await readBytes(request), isJson, header })
      sendBytes(response, answer, isJson ? 'application/json' : contentType)
    },
  }
}

function toStreamRoute({ verb, path, run }: StreamRoute): HttpRoute {
  return {
    verb,
    path,
    async handle({ request, response, captures, query }) {
      const signal = closeSignal(response)
      await sendStreamAnswer(response, await run({ captures, query, body: openBody(request), signal }))
    },
  }
}
