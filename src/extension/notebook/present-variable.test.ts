import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { presentVariable, sortVariables } from './present-variable.ts'

const images = { name: 'images', type: 'ndarray', shape: [10, 8], elementType: 'float32', sizeBytes: 320, preview: '0' }
const rate = { name: 'rate', type: 'float', sizeBytes: 24, preview: '0.5' }
const model = { name: 'Model', type: 'Net', preview: '' }

describe('the variables of a kernel', () => {
  it('are sorted by name, by type, or the largest first', () => {
    const names = (order: 'name' | 'type' | 'size') => {
      return sortVariables([rate, model, images], order).map(({ name }) => name)
    }
    assert.deepEqual(names('name'), ['Model', 'images', 'rate'])
    assert.deepEqual(names('type'), ['rate', 'images', 'Model'])
    assert.deepEqual(names('size'), ['images', 'rate', 'Model'])
  })

  it('are said with type, shape and size', () => {
    const { label, description, spoken, click } = presentVariable({ kind: 'variable', id: 'images', variable: images })
    assert.deepEqual([label, description], ['images', 'ndarray (10, 8) float32 · 320 B'])
    assert.equal(spoken, 'images, ndarray (10, 8) float32, 320 B')
    assert.equal(click, 'runwright.showVariable')
  })

  it('open nothing when only code of the user’s own could tell their value', () => {
    const { click, tooltip } = presentVariable({ kind: 'variable', id: 'Model', variable: model })
    assert.deepEqual([click, tooltip], [undefined, undefined])
  })

  it('show their value as it is, whatever is in it', () => {
    const variable = { ...rate, preview: "'```\n# no heading'" }
    const { tooltip } = presentVariable({ kind: 'variable', id: 'rate', variable })
    assert.equal(tooltip, "````text\n'```\n# no heading'\n````")
  })
})
