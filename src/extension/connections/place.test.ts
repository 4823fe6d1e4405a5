import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { identifyPlace, parseServerUrl, toServerPlace } from './place.ts'

describe('the address of a server', () => {
  const parsed: readonly (readonly [string, string | undefined])[] = [
    [' http://127.0.0.1:5000/ ', 'http://127.0.0.1:5000'],
    ['https://ml.example.com/mlflow/', 'https://ml.example.com/mlflow'],
    ['https://ml.example.com/mlflow?x=1#/experiments/3', 'https://ml.example.com/mlflow'],
    ['ml.example.com', undefined],
    ['file:///etc/passwd', undefined],
    ['https://ada:secret@ml.example.com', undefined],
    ['', undefined],
  ]
  for (const [text, url] of parsed) {
    it(`“${text}” is ${url ?? 'refused'}`, () => assert.equal(parseServerUrl(text), url))
  }

  it('is short where it is shown', () => {
    assert.equal(toServerPlace('http://127.0.0.1:5000').label, '127.0.0.1:5000')
    assert.equal(toServerPlace('https://ml.example.com/mlflow').label, 'ml.example.com/mlflow')
  })
})

describe('the id of a place', () => {
  it('is the same for the same place, another for another, and fit for a URI', () => {
    const folder = identifyPlace({ kind: 'folder', label: 'a', path: '/home/ada/a b' })
    assert.equal(identifyPlace({ kind: 'folder', label: 'renamed', path: '/home/ada/a b' }), folder)
    assert.notEqual(identifyPlace({ kind: 'folder', label: 'a', path: '/home/ada/a' }), folder)
    assert.match(folder, /^[a-z0-9]+$/)
  })
})
