import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseExperimentId, parseRunId } from '../protocol/ids.ts'
import { stringifyJson } from '../protocol/json.ts'
import type { Methods } from '../protocol/methods.ts'
import type { RunListRow } from '../protocol/methods.ts'
import { reviveEvent, reviveNumbers } from './revive-numbers.ts'

const runId = parseRunId('r1') ?? assert.fail()
const experimentId = parseExperimentId('1') ?? assert.fail()
const values = [Number.NaN, Infinity, -Infinity, 1.5, 0]

/** As it is after the wire: the types say number where the text says `NaN`. */
function overTheWire<T extends object>(value: T): T {
  return JSON.parse(stringifyJson(value))
}

describe('numbers that JSON has no word for', () => {
  it('are the same in a history', () => {
    const result = { points: values.map((value, step) => ({ step, timestamp: 1, value })) }
    assert.deepEqual(reviveNumbers('metrics/history', { runId, key: 'k' }, overTheWire(result)), result)
  })

  it('are the same in spark lines', () => {
    const metric = { key: 'k', step: 1, timestamp: 1, value: Number.NaN }
    const result: Methods['metrics/sparklines']['result'] = { series: [{ metric, values }] }
    assert.deepEqual(reviveNumbers('metrics/sparklines', { runId, points: 5 }, overTheWire(result)), result)
  })

  it('are the same in the metric columns of a list, and the text NaN of a param stays text', () => {
    const row: RunListRow = {
      runId,
      experimentId,
      name: 'n',
      status: 'RUNNING',
      lifecycleStage: 'active',
      userId: '',
      startTime: 1,
      artifactUri: '',
      values: [Number.NaN, 'NaN', null],
      stoppable: false,
    }
    const columns = [
      { kind: 'metric', key: 'a' },
      { kind: 'param', key: 'a' },
      { kind: 'metric', key: 'b' },
    ] as const
    const result = { runs: [row], total: 1 }
    assert.deepEqual(
      reviveNumbers('runs/list', { experimentIds: [experimentId], columns }, overTheWire(result)),
      result,
    )
  })

  it('are the same in events', () => {
    const latest = values.map((value, step) => ({ key: `k${step}`, step, timestamp: 1, value }))
    const event = { kind: 'metrics', experimentId, runId, latest } as const
    assert.deepEqual(reviveEvent(overTheWire(event)), event)
  })
})
