import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { formatDataSource } from './data-versions.ts'
import { tagNames } from './tag-names.ts'
import { readVersionFacts } from './version-facts.ts'

const tag = (key: string, value: string) => ({ key, value })

describe('what the tags of a model version say', () => {
  it('is how its compression was tested, by which recipe, and which data its file is', () => {
    const data = { path: 'model.onnx', md5: '1'.repeat(32) }
    const tags = [
      tag(tagNames.compressionTest, 'passed: accuracy-drop 0.1%'),
      tag(tagNames.compressionRecipe, 'dynamic-int8'),
      tag('runwright.data.version', formatDataSource(data)),
    ]
    assert.deepEqual(readVersionFacts({ tags }), {
      data,
      test: { outcome: 'passed', text: 'passed: accuracy-drop 0.1%' },
      recipe: 'dynamic-int8',
    })
  })

  it('is that a test failed, and why', () => {
    const { test } = readVersionFacts({ tags: [tag(tagNames.compressionTest, 'failed, too slow: speedup 0.9x')] })
    assert.deepEqual(test, { outcome: 'failed', text: 'failed, too slow: speedup 0.9x' })
  })

  it('is nothing where another program wrote what is none of ours', () => {
    const tags = [tag(tagNames.compressionTest, 'passable'), tag('runwright.data.version', '{')]
    assert.deepEqual(readVersionFacts({ tags }), {})
    assert.deepEqual(readVersionFacts({ tags: [] }), {})
  })
})
