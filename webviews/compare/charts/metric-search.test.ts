import assert from 'node:assert/strict'
import { it } from 'node:test'
import { createNameFilter } from './metric-search.ts'

const names = ['train/loss', 'val/loss', 'lr']

it('names are found by a part of them or by a regular expression', () => {
  assert.deepEqual(names.filter(createNameFilter(' LOSS', false) ?? (() => false)), ['train/loss', 'val/loss'])
  assert.deepEqual(names.filter(createNameFilter('^(val|l)', true) ?? (() => false)), ['val/loss', 'lr'])
})

it('what is no regular expression finds nothing, and says so', () =>
  assert.equal(createNameFilter('(', true), undefined))
