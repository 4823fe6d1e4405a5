import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { LiveRuns } from '../tree/live-runs.ts'
import { describeStatus, type StatusSource } from './status.ts'

const newConnected = (runs: LiveRuns): StatusSource => ({
  place: { label: 'digits' },
  state: { kind: 'connected', tree: { liveRuns: () => runs } },
})

it('the status bar tells runs that go on from those that wait, over all connections', () => {
  const status = describeStatus([newConnected({ running: 1, waiting: 0 }), newConnected({ running: 1, waiting: 3 })])
  assert.equal(status.text, '$(beaker) 2 running, 3 waiting')
  assert.equal(status.tooltip.split('\n')[0], 'Runwright: 2 running, 3 waiting')
})

it('the status bar says no more than the name while nothing runs', () => {
  const status = describeStatus([newConnected({ running: 0, waiting: 0 })])
  assert.equal(status.text, '$(beaker) Runwright')
  assert.equal(status.tooltip.split('\n')[0], 'Runwright: nothing running')
})
