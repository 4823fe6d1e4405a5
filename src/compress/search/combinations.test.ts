import assert from 'node:assert/strict'
import { it } from 'node:test'
import { nameRecipe } from '../recipe.ts'
import type { Candidate } from './candidate.ts'
import { combine } from './combinations.ts'

function candidate(passes: readonly string[], miss: number, cost: number): Candidate {
  return {
    number: 1,
    steps: passes.map((pass) => ({ pass })),
    name: passes.join(', '),
    sha256: '',
    changes: 1,
    measurements: new Map(),
    verdict: { goals: [], isSlower: false, isGood: miss === 0, miss, qualityMiss: miss, cost },
  }
}

it('passes follow one another in their order, those whose parts are better first', () => {
  const best = new Map([
    ['fp16', candidate(['clean-up', 'fp16'], 0, 0.7)],
    ['static-int8', candidate(['clean-up', 'static-int8'], 0.5, 0.4)],
    ['weight-int8', candidate(['clean-up', 'weight-int8'], 0, 0.6)],
    ['low-rank', candidate(['clean-up', 'low-rank'], 0, 0.5)],
    ['mixed-precision', candidate(['clean-up', 'mixed-precision'], 0.25, 0.4)],
    ['unheard-of', candidate(['clean-up', 'unheard-of'], 0, 0.1)],
  ])
  assert.deepEqual(combine(best, ['smooth-quant']).map(nameRecipe), [
    'clean-up, low-rank, weight-int8',
    'clean-up, low-rank, fp16',
    'clean-up, weight-int8, fp16',
    'clean-up, smooth-quant (gain=8), mixed-precision',
    'clean-up, smooth-quant, mixed-precision',
    'clean-up, low-rank, static-int8',
    'clean-up, static-int8, weight-int8',
    'clean-up, static-int8, fp16',
    'clean-up, smooth-quant (gain=8), static-int8',
    'clean-up, smooth-quant, static-int8',
  ])
})
