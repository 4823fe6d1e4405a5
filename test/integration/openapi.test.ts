import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, describe, it } from 'node:test'
import packageJson from '../../package.json' with { type: 'json' }
import { isRecord } from '../../src/protocol/json.ts'
import { paths } from '../../src/protocol/methods.ts'
import { openTestEngine, type TestEngine } from './engine-in-process.ts'

describe('the OpenAPI document of a running engine', () => {
  let engine: TestEngine
  let document: Record<string, unknown>
  before(async () => {
    engine = await openTestEngine({ version: packageJson.version })
    document = JSON.parse((await engine.send({ path: paths.openApi })).text)
  })
  after(() => engine[Symbol.asyncDispose]())

  it('is the one in docs', async () => {
    const published = await readFile(new URL('../../docs/openapi.json', import.meta.url), 'utf8')
    assert.deepEqual(document, JSON.parse(published))
  })

  it('is for those alone who have the token', async () => {
    const answer = await engine.send({ path: paths.openApi, headers: { authorization: undefined } })
    assert.equal(answer.status, 401)
  })

  it('has no reference that leads nowhere', () => {
    const references: string[] = []
    const visit = (value: unknown): void => {
      if (Array.isArray(value)) for (const each of value) visit(each)
      else if (isRecord(value)) {
        if (typeof value['$ref'] === 'string') references.push(value['$ref'])
        for (const each of Object.values(value)) visit(each)
      }
    }
    visit(document)
    assert.ok(references.length > 100)
    for (const reference of references) {
      const names = reference.slice(2).split('/')
      const found = names.reduce<unknown>(
        (inside, name) => (isRecord(inside) ? inside[name.replaceAll('~1', '/').replaceAll('~0', '~')] : undefined),
        document,
      )
      assert.ok(isRecord(found), reference)
    }
  })

  it('has an operation for every path, which the engine knows', async () => {
    const verbs = ['get', 'post', 'put', 'patch', 'delete']
    const found = Object.entries(Object(document['paths'])).flatMap(([path, item]) =>
      verbs.filter((verb) => isRecord(item) && verb in item).map((verb) => ({ path, method: verb.toUpperCase() })),
    )
    assert.ok(found.length > 120)
    for (const { path, method } of found.filter((route) => route.path !== paths.events)) {
      const headers = { 'content-type': 'application/json' }
      const asked = path.replaceAll(/\{\w+\}/g, 'x')
      const body = method === 'GET' ? {} : { body: '{"method":"nothing"}' }
      const { text } = await engine.send({ method, path: asked, headers, ...body })
      assert.doesNotMatch(text, new RegExp(`There is no ${method} `), `${method} ${path}`)
    }
  })
})
