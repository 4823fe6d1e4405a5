import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { RunId } from '../../../src/protocol/ids.ts'
import { toStrip } from '../../shared/chart/curve-strip.ts'
import { readAt, snap, step } from './curve-readout.ts'

function line(name: string, values: readonly number[]) {
  const strip = toStrip({ kind: 'points', xs: Float64Array.from(values.keys()), values: Float64Array.from(values) })
  assert.ok(strip !== undefined)
  // SAFETY: readings only pass the id on.
  return { run: { runId: name as RunId, name, color: '#000000' }, key: 'loss', dash: [], strip }
}

const lines = [line('short', [5, 6]), line('long', [1, 2, 3, 4]), line('lost', [1, 2, Number.NaN, 9])]

it('curves are read at a place, the greatest value first, and not beyond their ends', () =>
  assert.deepEqual(
    readAt(lines, 2, 0.5).map(({ line, value }) => [line.run.name, value]),
    [
      ['long', 3],
      ['lost', Number.NaN],
    ],
  ))

it('the crosshair stands on stretches of the longest curve and moves along it', () => {
  assert.equal(snap(lines, 2.4), 2)
  assert.equal(step(lines, 2, 1), 3)
  assert.equal(step(lines, 3, 1), 3)
  assert.equal(step(lines, undefined, 1), 3)
  assert.equal(step([], 1, 1), undefined)
})
