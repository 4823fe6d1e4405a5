import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Measurement, type MeasureName, parseGoal, judgeGoal } from '../compress/goals.ts'
import type { Candidate, SearchResult } from '../compress/search.ts'
import { describeSearch } from './compress-text.ts'

const goals = [parseGoal('accuracy-drop<=1%'), parseGoal('size<=2KB')]

function measured(size: number, drop: Measurement, speedup: number): ReadonlyMap<MeasureName, Measurement> {
  return new Map([
    ['size', { value: size }],
    ['accuracy-drop', drop],
    ['speedup', { value: speedup }],
  ])
}

const original = measured(4096, { value: 0, interval: [0, 0] }, 1)

function candidate(name: string, measurements: Candidate['measurements'], isGood: boolean): Candidate {
  const results = goals.map((goal) => judgeGoal(goal, measurements))
  const isSlower = (measurements.get('speedup')?.value ?? 0) < 1
  const verdict = { goals: results, isSlower, isGood, miss: isGood ? 0 : 1, qualityMiss: 0, cost: 0.5 }
  return { number: 1, steps: [{ pass: name }], name, sha256: '', changes: 1, measurements, verdict }
}

function describeResult(part: Partial<SearchResult>): string {
  const results = goals.map((goal) => judgeGoal(goal, original))
  const result: SearchResult = {
    original,
    originalVerdict: { goals: results, isSlower: false, isGood: false, miss: 1, qualityMiss: 0, cost: 1 },
    goals,
    candidates: [],
    refusals: [],
    axes: ['size', 'accuracy-drop'],
    front: [],
    recommended: undefined,
    unconfirmed: [],
    closest: undefined,
    skipped: 0,
    ...part,
  }
  return describeSearch({ result, samples: 200, hasLabels: true, differences: [], out: 'small.onnx' }, undefined)
}

describe('what a search is told as', () => {
  it('has the front, and what is recommended', () => {
    const best = candidate('static-int8', measured(1024, { value: 0, interval: [-0.01, 0.01] }, 2), true)
    const text = describeResult({ candidates: [best], front: [best], recommended: best })
    assert.match(text, /^MODEL +SIZE +ACCURACY-DROP +SPEEDUP +GOOD$/m)
    assert.match(text, /^original +4 KiB +0% +1x$/m)
    assert.match(text, /^static-int8 +1 KiB +0% +2x +yes$/m)
    assert.match(text, /^Wrote small\.onnx: static-int8\.$/m)
  })

  it('names the passes after which training is missing', () => {
    const pruned = candidate('structured-pruning', measured(1024, { value: 0.3 }, 2), false)
    const missed = { ...pruned, needsTraining: true as const, verdict: { ...pruned.verdict, qualityMiss: 1 } }
    const text = describeResult({ candidates: [missed, missed, candidate('fp16', original, false)], closest: missed })
    assert.match(
      text,
      /^What structured-pruning took away, training may bring back: runwright compress template distill\.$/m,
    )
    assert.doesNotMatch(describeResult({ candidates: [pruned], closest: pruned }), /training/)
  })

  it('says of the closest what it misses, and what is not sure', () => {
    const slow = candidate('fp16', measured(3072, { value: 0.001, interval: [-0.02, 0.025] }, 0.5), false)
    const text = describeResult({ candidates: [slow], closest: slow, skipped: 2 })
    assert.match(
      text,
      /^fp16 came closest: accuracy-drop<=1% is not sure with 200 samples: 0\.1%, within -2% to 2\.5%; /m,
    )
    assert.match(text, /; size<=2KiB is missed with 3 KiB; it is slower than the original \(0\.5x\)\.$/m)
    assert.match(text, /^fp16 +3 KiB/m)
    assert.match(text, /^There was no time for 2 recipes more/m)
  })

  it('names what gave no model, with the reason, and what was good once only', () => {
    const lucky = candidate('fp16', measured(2048, { value: 0, interval: [0, 0] }, 1), true)
    const refusals = [{ steps: [], name: 'weight-int4', reason: 'It does nothing.' }]
    const text = describeResult({ candidates: [lucky], closest: lucky, unconfirmed: [lucky], refusals })
    assert.match(text, /1 recipe gave none:\n {2}weight-int4: It does nothing\.$/m)
    assert.match(text, /^fp16 was good enough once, and not when it was measured again\.$/m)
  })
})
