import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { integer, listOf, message, required, text, withDefault } from '../protocol/mlflow/fields.ts'
import { isRecord } from '../protocol/json.ts'
import type { MethodName } from '../protocol/methods.ts'
import { object, oneOf, paramsOf, text as plainText } from '../protocol/parse.ts'
import type { MethodTable } from '../tracking/route.ts'
import { type DescribedRoute, describeRoutes, json } from './openapi.ts'

const fields = message({ run_id: required(text), keys: listOf(text), size: withDefault(integer, 7) })
const answer = { [json]: { type: 'object' } } as const

/** A document of these routes and of one method. */
function describeThem(...routes: DescribedRoute[]): Record<string, unknown> {
  const table = { 'runs/get': { parse: paramsOf(object({ runId: plainText }, { view: oneOf(['A', 'B']) })) } }
  // SAFETY: the methods are only listed.
  return JSON.parse(JSON.stringify(describeRoutes(routes, table as unknown as MethodTable<MethodName>, '1.2.3')))
}

function at(value: unknown, ...names: string[]): unknown {
  return names.reduce((inside, name) => (isRecord(inside) ? inside[name] : undefined), value)
}

describe('the OpenAPI document', () => {
  it('has the fields that a parser reads from a query', () => {
    const document = describeThem({
      verb: 'GET',
      path: '/api/2.0/mlflow/x',
      operation: { query: fields.shape, answer },
    })
    assert.deepEqual(at(document, 'paths', '/api/2.0/mlflow/x', 'get', 'parameters'), [
      { name: 'run_id', in: 'query', required: true, schema: { type: 'string', minLength: 1 } },
      { name: 'keys', in: 'query', schema: { type: 'array', items: { type: 'string' } } },
      {
        name: 'size',
        in: 'query',
        schema: { type: 'integer', minimum: -(2 ** 53) + 1, maximum: 2 ** 53 - 1, default: 7 },
      },
    ])
  })

  it('has the fields that a parser reads from a body, and which of them have to be there', () => {
    const operation = { body: { [json]: fields.shape }, answer }
    const body = at(describeThem({ verb: 'POST', path: '/a', operation }), 'paths', '/a', 'post', 'requestBody')
    assert.equal(at(body, 'required'), true)
    assert.deepEqual(at(body, 'content', json, 'schema', 'required'), ['run_id'])
    assert.deepEqual(at(body, 'content', json, 'schema', 'properties', 'keys'), {
      type: 'array',
      items: { type: 'string' },
    })
  })

  it('names what differs in a path', () => {
    const document = describeThem({ verb: 'PUT', path: '/files/{root}/{path*}', operation: { answer } })
    assert.deepEqual(at(document, 'paths', '/files/{root}/{path}', 'parameters'), [
      { name: 'root', in: 'path', required: true, schema: { type: 'string', minLength: 1 } },
      {
        name: 'path',
        in: 'path',
        required: true,
        description: 'May hold slashes.',
        schema: { type: 'string', minLength: 1 },
      },
    ])
  })

  it('tells once of a route that has a second name', () => {
    const paths = at(
      describeThem(
        { verb: 'GET', path: '/ajax-api/2.0/{path*}', operation: { answer } },
        { verb: 'GET', path: '/api/2.0/{path*}', operation: { answer } },
      ),
      'paths',
    )
    assert.deepEqual(at(paths, '/ajax-api/2.0/{path}'), { $ref: '#/paths/~1api~12.0~1{path}' })
  })

  it('has a schema for the call of each method', () => {
    const schemas = at(describeThem(), 'components', 'schemas')
    assert.deepEqual(at(schemas, 'runs.get'), {
      type: 'object',
      properties: {
        method: { const: 'runs/get' },
        params: {
          type: 'object',
          properties: { runId: { type: 'string' }, view: { enum: ['A', 'B'] } },
          required: ['runId'],
        },
      },
      required: ['method', 'params'],
    })
    assert.deepEqual(at(schemas, 'Call', 'oneOf'), [{ $ref: '#/components/schemas/runs.get' }])
  })
})
