import assert from 'node:assert/strict'
import { it } from 'node:test'
import { planTurns } from './turns.ts'

it('both sides are measured in every repetition, and take turns in beginning', () => {
  assert.deepEqual(planTurns(3, ['ours', 'peer']), [
    ['ours', 'peer'],
    ['peer', 'ours'],
    ['ours', 'peer'],
  ])
})

it('a side without a peer is measured as often as was asked for', () => {
  assert.deepEqual(planTurns(2, ['ours']), [['ours'], ['ours']])
})
