import assert from 'node:assert/strict'
import { it } from 'node:test'
import { describeVariable, parseVariables } from './kernel-variables.ts'

it('a variable is what a kernel tells of it, and what is malformed is left out', () => {
  const told = [
    { name: 'a', type: 'ndarray', shape: [2, 3], elementType: 'int64', sizeBytes: 48, preview: 'array' },
    { name: 'b', type: 'int', shape: ['x'], sizeBytes: -1, elementType: 7 },
    { name: 1, type: 'int' },
    'c',
  ]
  assert.deepEqual(parseVariables({ variables: told }), [told[0], { name: 'b', type: 'int', preview: '' }])
  assert.deepEqual(parseVariables({ variables: 'none' }), [])
  assert.deepEqual(parseVariables(undefined), [])
})

it('a variable is described by its type, its lengths and what its elements are', () => {
  const array = { name: 'a', type: 'ndarray', shape: [2, 3], elementType: 'int64', preview: '' }
  assert.equal(describeVariable(array), 'ndarray (2, 3) int64')
  assert.equal(describeVariable({ name: 'b', type: 'int', preview: '' }), 'int')
})
