import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { refuses } from '../onnx/test-refusal.ts'
import { listPasses } from './apply-pass.ts'
import type { OptionDefinition } from './pass-options.ts'
import { nameRecipe, normalizeStep, parseRecipe, type RecipeStep, writeRecipe } from './recipe.ts'

function valuesOf(definition: OptionDefinition): fc.Arbitrary<unknown> {
  switch (definition.type) {
    case 'boolean':
      return fc.boolean()
    case 'choice':
      return fc.constantFrom(...definition.choices)
    case 'integer':
      return fc.integer({ min: definition.min, max: definition.max })
    case 'number':
      return fc.double({ min: definition.min, max: definition.max, noNaN: true })
  }
}

const steps: fc.Arbitrary<RecipeStep> = fc.constantFrom(...listPasses()).chain(({ name, options }) =>
  fc.record({
    pass: fc.constant(name),
    options: fc.record(
      Object.fromEntries(Object.entries(options).map(([key, definition]) => [key, valuesOf(definition)])),
      { requiredKeys: [] },
    ),
    keep: fc.array(fc.string(), { maxLength: 4 }),
  }),
)

describe('a recipe', () => {
  it('is read again as it was written, whatever its passes, options and layers', () => {
    const hash = fc.option(fc.stringMatching(/^[0-9a-f]{64}$/), { nil: undefined })
    fc.assert(
      fc.property(fc.array(steps, { maxLength: 5 }), hash, (given, model) => {
        const recipe = { steps: given.map(normalizeStep), ...(model === undefined ? {} : { model }) }
        const written = writeRecipe(recipe)
        assert.deepEqual(parseRecipe(written, 'a.json'), recipe)
        assert.equal(writeRecipe(parseRecipe(written, 'a.json')), written)
      }),
    )
  })

  it('has one form for what means the same', () => {
    const plain = { pass: 'static-int8', options: { method: 'mse' }, keep: ['a', 'b'] }
    const same = { pass: 'static-int8', options: { perChannel: true, method: 'mse' }, keep: ['b', 'a', 'b'] }
    assert.deepEqual(normalizeStep(same), plain)
    assert.deepEqual(normalizeStep({ pass: 'fp16', options: {}, keep: [] }), { pass: 'fp16' })
  })

  it('has a name for people', () => {
    const recipe = [{ pass: 'clean-up' }, { pass: 'static-int8', options: { method: 'mse' }, keep: ['a', 'b'] }]
    assert.equal(nameRecipe(recipe), 'clean-up, static-int8 (method=mse) but 2 layers')
  })

  it('that cannot be read is refused, with what is wrong', () => {
    const read = (value: unknown) => () =>
      parseRecipe(typeof value === 'string' ? value : JSON.stringify(value), 'r.json')
    const form = 'runwright-recipe-1'
    refuses('BAD_REQUEST', /^r\.json is no recipe: /, read('{'))
    refuses('BAD_REQUEST', /'form'/, read({ steps: [] }))
    refuses('BAD_REQUEST', /steps\[0\]\.pass/, read({ form, steps: [{}] }))
    refuses('BAD_REQUEST', /SHA-256/, read({ form, steps: [], model: 'abc' }))
    refuses('RESOURCE_DOES_NOT_EXIST', /no compression pass “magic”/, read({ form, steps: [{ pass: 'magic' }] }))
    const step = { pass: 'fp16', options: { minElements: 'many' } }
    refuses('INVALID_PARAMETER_VALUE', /minElements/, read({ form, steps: [step] }))
  })
})
