import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { simpleParams } from './simple-params.ts'

describe('params of a cell', () => {
  it('are constants that are written out in a line', () => {
    const code = `const lr = 1e-3
const steps: number = 10_000 // many
const name = 'a b';
const layers = [64, 32]
const use = true`
    assert.deepEqual(Object.fromEntries(simpleParams(code).map(({ key, value }) => [key, value])), {
      lr: '1e-3',
      steps: '10_000',
      name: 'a b',
      layers: '[64, 32]',
      use: 'true',
    })
  })

  it('are no results, nothing that changes and nothing that is further in', () => {
    const code = `const a = f()\nlet b = 1\n  const c = 1\nconst d = a + 1\nconst e = 'it\\'s'\nconst { f } = 1`
    assert.deepEqual(simpleParams(code), [])
  })
})
