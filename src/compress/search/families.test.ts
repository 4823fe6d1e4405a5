import assert from 'node:assert/strict'
import { it } from 'node:test'
import { listPasses } from '../apply-pass.ts'
import { orderByPromise } from './families.ts'

it('integers are tried before what is only stored, and zeros that save nothing last', () => {
  const names = orderByPromise(listPasses()).map(({ name }) => name)
  const placeOf = (name: string) => names.indexOf(name)
  assert.equal(names.length, listPasses().length)
  assert.ok(placeOf('clean-up') < placeOf('static-int8'))
  assert.ok(placeOf('static-int8') < placeOf('int8-storage'))
  assert.ok(placeOf('int8-storage') < placeOf('structured-pruning'))
  assert.equal(names.at(-1), 'magnitude-pruning')
})
