import { bulkContentType } from '../protocol/bulk.ts'
import { errorCodes } from '../protocol/errors.ts'
import type { MethodName } from '../protocol/methods.ts'
import { type Shape, shapeOfObject } from '../protocol/shape.ts'
import type { MethodTable } from '../tracking/route.ts'

/** What is told of a route: what it takes in the query, the headers and the body, and what it answers, by content type. */
export interface Operation {
  readonly query?: Shape
  /** By names in lower case. */
  readonly headers?: Shape
  readonly body?: Readonly<Record<string, Shape>>
  /** A body may be left out. */
  readonly isBodyOptional?: true
  readonly answer: Readonly<Record<string, Shape>>
  /** Needs no token. */
  readonly isOpen?: true
}

export interface DescribedRoute {
  readonly verb: string
  /** With `{name}` for one component and `{name*}` for the rest of the path. */
  readonly path: string
  readonly operation: Operation
}

export const octets = 'application/octet-stream'
export const json = 'application/json'

const description = `Experiments, runs, metrics, artifacts, registered models and traces, as MLflow's REST API has them, and Runwright's own typed methods.

Of MLflow's messages, each field may also be spelled in camel case, though not both at once; null is the same as no field; what is not known is ignored; an integer may be a string of digits, and a name of an enumeration its number. A GET without a query may have the same fields in a body.

A body may be compressed (\`content-encoding: gzip\`).`

/** The OpenAPI 3.1 document of these routes. What has the same path below `/ajax-api` is told once. */
export function describeRoutes(
  routes: readonly DescribedRoute[],
  methods: MethodTable<MethodName>,
  version: string,
): object {
  return {
    openapi: '3.1.1',
    info: {
      title: 'Runwright engine',
      version,
      description,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    security: [{ token: [] }],
    paths: describePaths(routes),
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      schemas: { Error: errorShape, ...describeMethods(methods) },
      responses: { Error: { description: 'Why not.', content: { [json]: { schema: reference('schemas', 'Error') } } } },
    },
  }
}

const errorShape = shapeOfObject(
  { error_code: { enum: Object.keys(errorCodes) }, message: { type: 'string' } },
  { hint: { type: 'string' } },
)

const uiRoot = '/ajax-api/'

function describePaths(routes: readonly DescribedRoute[]): Readonly<Record<string, object>> {
  const known = new Set(routes.map(({ path }) => path))
  const paths: Record<string, object> = {}
  for (const [path, ofPath] of Map.groupBy(routes, (route) => route.path)) {
    const original = path.startsWith(uiRoot) ? `/api/${path.slice(uiRoot.length)}` : path
    paths[plainPath(path)] =
      original !== path && known.has(original)
        ? { $ref: `#/paths/${plainPath(original).replaceAll('~', '~0').replaceAll('/', '~1')}` }
        : describePath(path, ofPath)
  }
  return Object.fromEntries(Object.entries(paths).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

/** OpenAPI has no sign for what may hold slashes. */
function plainPath(path: string): string {
  return path.replaceAll('*}', '}')
}

function describePath(path: string, routes: readonly DescribedRoute[]): object {
  const names = [...path.matchAll(/\{(\w+)(\*?)\}/g)].map(([, name = '', star = '']) => ({
    name,
    in: 'path',
    required: true,
    ...(star === '' ? {} : { description: 'May hold slashes.' }),
    schema: { type: 'string', minLength: 1 },
  }))
  return {
    ...(names.length === 0 ? {} : { parameters: names }),
    ...Object.fromEntries(routes.map((route) => [route.verb.toLowerCase(), describeOperation(route)])),
  }
}

function describeOperation({ verb, path, operation }: DescribedRoute): object {
  const { query, headers, body, answer, isBodyOptional, isOpen } = operation
  const parameters = [...listParameters('query', query), ...listParameters('header', headers)]
  return {
    operationId: `${verb} ${plainPath(path)}`
      .toLowerCase()
      .replaceAll(/[^a-z0-9.]+/g, '-')
      .replace(/-$/, ''),
    tags: [groupOf(path)],
    ...(isOpen ? { security: [] } : {}),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined ? {} : { requestBody: { required: isBodyOptional !== true, content: contentOf(body) } }),
    responses: {
      '200': { description: 'Done.', content: contentOf(answer) },
      default: reference('responses', 'Error'),
    },
  }
}

/** The word that a path is about: `runs` of `/api/2.0/mlflow/runs/create`. */
function groupOf(path: string): string {
  return /^\/(?:api\/[\d.]+\/(?:mlflow\/)?|v1\/)?([\w-]+)/.exec(path)?.[1] ?? 'runwright'
}

function listParameters(place: 'query' | 'header', { properties = {}, required = [] }: Shape = {}): readonly object[] {
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: place,
    ...(required.includes(name) ? { required: true } : {}),
    schema,
  }))
}

function contentOf(byType: Readonly<Record<string, Shape>>): object {
  return Object.fromEntries(
    Object.entries(byType).map(([type, schema]) => [type, Object.keys(schema).length === 0 ? {} : { schema }]),
  )
}

function reference(kind: 'schemas' | 'responses', name: string): { readonly $ref: string } {
  return { $ref: `#/components/${kind}/${name}` }
}

/** The schema of a call, and one of each method's. */
function describeMethods(methods: MethodTable<MethodName>): Readonly<Record<string, object>> {
  // SAFETY: a table of methods has methods for names, and no others.
  const names = (Object.keys(methods) as MethodName[]).toSorted()
  const schemaName = (method: MethodName) => method.replace('/', '.')
  const mapping = Object.fromEntries(names.map((name) => [name, reference('schemas', schemaName(name)).$ref]))
  const call = {
    oneOf: names.map((name) => reference('schemas', schemaName(name))),
    discriminator: { propertyName: 'method', mapping },
  }
  return {
    Call: call,
    ...Object.fromEntries(
      names.map((name) => {
        const { shape } = methods[name].parse
        const method = { method: { const: name } }
        const isNeeded = (shape.required ?? []).length > 0
        return [
          schemaName(name),
          isNeeded ? shapeOfObject({ ...method, params: shape }) : shapeOfObject(method, { params: shape }),
        ]
      }),
    ),
  }
}

/** What `paths.call` takes and answers. */
export const callOperation: Operation = {
  // SAFETY: a reference is a schema as every other; shapes of parsers have none.
  body: { [json]: reference('schemas', 'Call') as Shape },
  answer: { [json]: { type: 'object' }, [bulkContentType]: {} },
}
