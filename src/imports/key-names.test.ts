import assert from 'node:assert/strict'
import { it } from 'node:test'
import * as fc from 'fast-check'
import { checkKey } from '../protocol/mlflow/names.ts'
import { toKey } from './key-names.ts'

it('any text becomes a key that is taken here, and one that is taken stays as it is', () => {
  fc.assert(fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (text) => checkKey(toKey(text), 'key')))
  for (const key of ['loss', 'train/loss 1', 'größe:x', 'a.b-c_d']) assert.equal(toKey(key), key)
  assert.equal(toKey('loss (train)/../x'), 'loss _train_/x')
})
