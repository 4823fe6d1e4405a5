import { helloProof, isNonce, noncePattern } from '../protocol/hello.ts'
import { type Hello, isBulkMethod, type MethodName, paths, protocolVersion } from '../protocol/methods.ts'
import { RunwrightError } from '../protocol/errors.ts'
import { mlflowVersion } from '../protocol/mlflow/version.ts'
import { type Shape, shapeOfObject } from '../protocol/shape.ts'
import { createRegistryRoutes, createRegistryStreams } from '../registry/mlflow-registry-routes.ts'
import type { Registry } from '../registry/registry.ts'
import type { Artifacts } from '../tracking/artifacts.ts'
import { createMlflowRoutes } from '../tracking/mlflow-routes.ts'
import type { MultipartUploads } from '../tracking/multipart-uploads.ts'
import {
  type BytesRoute,
  type MethodTable,
  type RestRoute,
  type StreamRoute,
  type WrittenJson,
  writtenJson,
} from '../tracking/route.ts'
import type { Tracking } from '../tracking/tracking.ts'
import { createWebhookRoutes } from '../webhooks/mlflow-webhook-routes.ts'
import type { Webhooks } from '../webhooks/webhooks.ts'
import { runCall } from './call.ts'
import { sendEvents } from './event-route.ts'
import type { EventHub } from './events.ts'
import { isJsonType } from './guard.ts'
import {
  closeSignal,
  describeServer,
  openBody,
  parseRange,
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
import { callOperation, describeRoutes, json, octets, type Operation } from './openapi.ts'

interface RouteParts {
  readonly tracking: Tracking
  readonly artifacts: Artifacts
  readonly uploads: MultipartUploads
  readonly registry: Registry
  readonly webhooks: Webhooks
  readonly methods: MethodTable<MethodName>
  readonly events: EventHub
  readonly token: string | undefined
  readonly version: string
}

/** Every route of the engine, and what a path takes beside JSON. */
export function createRoutes(parts: RouteParts): {
  readonly routes: readonly HttpRoute[]
  readonly contentTypes: ReadonlyMap<string, string>
} {
  const { artifacts, registry, webhooks, methods, version } = parts
  const mlflow = createMlflowRoutes(parts)
  const told: HttpRoute[] = [
    ...createOwnRoutes(parts),
    ...[...mlflow.rest, ...createRegistryRoutes(registry), ...createWebhookRoutes(webhooks)].map(toRestRoute),
    ...[...mlflow.streams, ...createRegistryStreams(registry, artifacts)].map(toStreamRoute),
    ...mlflow.bytes.map(toBytesRoute),
  ]
  let document: object | undefined
  const openApi: HttpRoute = {
    verb: 'GET',
    path: paths.openApi,
    operation: { answer: { [json]: { type: 'object' } } },
    async handle({ response }) {
      document ??= describeRoutes([...told, openApi], methods, version)
      sendJson(response, document)
    },
  }
  return {
    routes: [...told, openApi],
    contentTypes: new Map(mlflow.bytes.map(({ path, contentType }) => [path, contentType])),
  }
}

/** Our own half of the HTTP interface. */
function createOwnRoutes({
  methods,
  events,
  token,
  version,
}: Pick<RouteParts, 'methods' | 'events' | 'token' | 'version'>): HttpRoute[] {
  return [
    {
      verb: 'POST',
      path: paths.call,
      operation: callOperation,
      async handle({ request, response }) {
        const { method, result } = await runCall(methods, await readJson(request))
        if (isBulkMethod(method)) sendBulk(response, result)
        else sendJson(response, result)
      },
    },
    {
      verb: 'GET',
      path: paths.events,
      operation: { query: cursorQuery, answer: { 'text/event-stream': {} } },
      handle: ({ request, response, query }) => sendEvents(events, request, response, query),
    },
    {
      verb: 'GET',
      path: paths.hello,
      operation: { query: nonceQuery, answer: { [json]: { type: 'object' } }, isOpen: true },
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
      operation: plainText,
      async handle({ response }) {
        sendText(response, 'OK')
      },
    },
    {
      verb: 'GET',
      path: '/version',
      operation: plainText,
      async handle({ response }) {
        // Clients ask it what they may send: spans, for one, to no server older than 3.4.
        sendText(response, mlflowVersion)
      },
    },
  ]
}

const plainText: Operation = { answer: { 'text/plain': { type: 'string' } } }
const cursorQuery = shapeOfObject({}, { cursor: { type: 'string' } })
const nonceQuery = shapeOfObject({ nonce: { type: 'string', pattern: noncePattern.source } })

// MLflow's half, whose routes know nothing of HTTP.

function toRestRoute({ verb, path, takes, answers = { type: 'object' }, run }: RestRoute): HttpRoute {
  return {
    verb,
    path,
    operation: describeRest(verb, takes, answers),
    async handle({ request, response, captures, query }) {
      const answer = await run({ body: await readJson(request), query, captures, server: describeServer(request) })
      if (isWrittenJson(answer)) await sendWrittenJson(response, answer[writtenJson])
      else sendJson(response, typeof answer === 'object' && answer !== null ? answer : {})
    },
  }
}

function describeRest(verb: RestRoute['verb'], takes: Shape, answers: Shape): Operation {
  const answer = { [json]: answers }
  if (verb === 'GET') return { query: takes, answer }
  if (takes.properties === undefined) return { answer }
  const isNeeded = (takes.required ?? []).length > 0
  return { body: { [json]: takes }, ...(isNeeded ? {} : { isBodyOptional: true }), answer }
}

function isWrittenJson(answer: unknown): answer is WrittenJson {
  return typeof answer === 'object' && answer !== null && writtenJson in answer
}

function toBytesRoute({ verb, path, contentType, headers, run }: BytesRoute): HttpRoute {
  const types = { [contentType]: {}, [json]: { type: 'object' } } as const
  return {
    verb,
    path,
    operation: { headers, body: types, answer: types },
    async handle({ request, response }) {
      const { headers } = request
      const isJson = isJsonType(headers['content-type'])
      const header = (name: string) => headers[name]?.toString()
      const answer = await run({ body: await readBytes(request), isJson, header })
      sendBytes(response, answer, isJson ? 'application/json' : contentType)
    },
  }
}

function toStreamRoute({ verb, path, takes = {}, run }: StreamRoute): HttpRoute {
  return {
    verb,
    path,
    operation:
      verb === 'PUT'
        ? { body: { [octets]: {} }, answer: { [json]: { type: 'object' } } }
        : { query: takes, answer: { [octets]: {} } },
    async handle({ request, response, captures, query }) {
      const signal = closeSignal(response)
      const range = parseRange(request.headers)
      const answer = await run({ captures, query, body: openBody(request), range: range ?? {}, signal })
      await sendStreamAnswer(response, answer, range !== undefined)
    },
  }
}
