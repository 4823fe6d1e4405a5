import assert from 'node:assert/strict'
import { it } from 'node:test'
import { chooseBest, type Refused, type Version } from './compare-task.ts'
import { measuresOf } from './contest-figures.ts'
import { nameWinner } from './contest-table.ts'
import type { Duel } from './duel.ts'
import { tasks } from './tasks.ts'

function duelOf(cost: number, interval: readonly [number, number] = [cost, cost], speedup = 1): Duel {
  const measurement = { value: 1, interval: [1, 1] } as const
  const latency = {
    p50: measurement,
    p95: measurement,
    p99: measurement,
    meanMs: 1,
    cpuMs: 1,
    throughput: measurement,
    runs: 1,
    memoryBytes: 1,
    processBytes: 1,
  }
  const comparison = {
    setting: { threads: 2, batch: 1 },
    original: latency,
    candidate: latency,
    speedup: { value: speedup, interval: [speedup * 0.9, speedup * 1.1] } as const,
    notLimited: undefined,
  }
  return { comparison, sizes: [1, 1], cost: { value: cost, interval } }
}

const version = (by: string, cost: number, lost: number, speedup = 1): Version => ({
  by,
  path: by,
  score: { value: 1 },
  scores: [],
  lost: { value: lost },
  duel: duelOf(cost, [cost, cost], speedup),
})
const refused: Refused = { by: 'none', refusal: 'It cannot.' }

it('the best preset is the cheapest that loses a point at most and is not slower', () => {
  const tried = [
    refused,
    version('wrong', 0.2, 0.3),
    version('slow', 0.3, 0, 0.5),
    version('dear', 0.9, 0),
    version('cheap', 0.5, 0.01),
  ]
  assert.equal(chooseBest(tried)?.by, 'cheap')
  assert.equal(chooseBest([refused, version('dearer', 1.1, 0)]), undefined)
  const unsure = { ...version('lucky', 0.95, 0), duel: duelOf(0.95, [0.89, 1.02]) }
  assert.equal(chooseBest([unsure]), undefined)
})

it('two versions are even where the interval of what they cost holds 1', () => {
  const best = version('cheap', 0.5, 0)
  const against = (low: number, high: number, control = duelOf(1, [0.9, 1.1])) =>
    nameWinner({
      best,
      ours: version('ours', 0.5, 0),
      control,
      final: { duel: duelOf(1, [low, high]), lost: { value: 0 } },
    })
  assert.deepEqual([against(0.8, 0.95), against(0.9, 1.1), against(1.1, 1.3)], ['ours', 'even', 'cheap'])
  assert.equal(nameWinner({ best, ours: refused, control: duelOf(1), final: undefined }), 'cheap')
  assert.equal(against(0.8, 0.95, duelOf(1.2, [1.1, 1.3])), 'not known: the machine was busy')
})

it('each measure of each task has an id of its own', () => {
  const ids = tasks.flatMap(measuresOf).map(([id]) => id)
  assert.equal(new Set(ids).size, ids.length)
})
