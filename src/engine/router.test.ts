import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createRouter } from './router.ts'

const route = (verb: string, path: string) => ({ verb, path })
const find = createRouter([
  route('GET', '/models/{id}/tags/{key}'),
  route('GET', '/models/search'),
  route('GET', '/models/{id}'),
  route('PUT', '/artifacts/{path*}'),
  route('GET', '/a.b'),
])

describe('the router', () => {
  it('prefers a literal path to a pattern, whatever the order', () => {
    assert.equal(find('GET', '/models/search').route.path, '/models/search')
    assert.deepEqual(find('GET', '/models/m-1').captures, { id: 'm-1' })
  })

  it('decodes each component, so that an escaped slash does not part it', () => {
    assert.deepEqual(find('GET', '/models/m%2F1/tags/a%20b').captures, { id: 'm/1', key: 'a b' })
  })

  it('gives the rest of a path as one capture', () => {
    assert.deepEqual(find('PUT', '/artifacts/1/run/model/a.bin').captures, { path: '1/run/model/a.bin' })
  })

  it('takes dots and other signs of a path for themselves', () => {
    assert.throws(() => find('GET', '/aXb'), { code: 'ENDPOINT_NOT_FOUND' })
  })

  for (const [verb, path] of [
    ['POST', '/models/search'],
    ['GET', '/models/'],
    ['GET', '/models/1/tags'],
    ['GET', '/models/search/'],
    ['GET', '/nowhere'],
  ] as const) {
    it(`knows no ${verb} ${path}`, () => {
      assert.throws(() => find(verb, path), { code: 'ENDPOINT_NOT_FOUND', message: `There is no ${verb} ${path}.` })
    })
  }

  it('refuses a path that is not UTF-8', () => {
    assert.throws(() => find('GET', '/models/%ff'), { code: 'BAD_REQUEST' })
  })

  it('keeps names like __proto__ as plain captures', () => {
    const router = createRouter([route('GET', '/x/{name}')])
    assert.deepEqual(router('GET', '/x/__proto__').captures, { name: '__proto__' })
  })

  it('does not take two routes of one verb and path', () => {
    assert.throws(() => createRouter([route('GET', '/a'), route('GET', '/a')]), /Two routes are GET \/a/)
  })
})
