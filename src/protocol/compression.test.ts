import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseCandidateLayers, parseSearchReport, type ReportedCandidate } from './compression.ts'
import { describeTest, findFaults, hasPassed } from './compression-verdict.ts'

const written = {
  isDone: true,
  model: '/w/net.onnx',
  data: '/w/data.npz',
  target: 'edge-box',
  goals: ['accuracy-drop<=1%', 'size<=1KiB'],
  samples: 300,
  differences: [],
  original: { measurements: { size: { value: 4096 }, magic: { value: 1 }, p50: { value: 'Infinity' } }, goals: [] },
  axes: ['size'],
  front: [1],
  candidates: [],
  unconfirmed: [],
  refusals: [{ name: 'fp16', reason: 'It gives the original.' }],
  skipped: 0,
}

function candidate(change: Partial<ReportedCandidate>): ReportedCandidate {
  return {
    number: 1,
    name: 'dynamic-int8',
    steps: [{ pass: 'dynamic-int8' }],
    sha256: 'a',
    measurements: new Map([['accuracy-drop', { value: 0.002, interval: [0, 0.02] }]]),
    goals: [],
    isGood: true,
    isSlower: false,
    ...change,
  }
}

describe('the report of a search', () => {
  it('is read as it was written, without measures that this version does not know and what is no number', () => {
    const { original, goals, recommended } = parseSearchReport(written)
    assert.deepEqual([...original.measurements], [['size', { value: 4096 }]])
    assert.deepEqual([goals, recommended], [written.goals, undefined])
  })

  it('is refused where a part is wrong, which is named', () => {
    for (const [change, message] of [
      [{ model: 3 }, /model/],
      [{ axes: ['magic'] }, /axes\[0\]/],
      [{ candidates: [{ number: 1 }] }, /candidates\[0\]\.name/],
    ] as const) {
      assert.throws(() => parseSearchReport({ ...written, ...change }), { message })
    }
    assert.throws(() => parseSearchReport(undefined))
    assert.throws(() =>
      parseCandidateLayers({ changes: [], nodes: [{ name: 'a', operator: 'Conv', precision: 'fast' }] }),
    )
  })
})

describe('the verdict on a candidate', () => {
  const report = parseSearchReport(written)
  const faultsOf = (change: Partial<ReportedCandidate>, of = report) =>
    findFaults(of, candidate(change)).map(({ kind }) => kind)

  it('names each goal that is missed or not sure, and a loss of speed', () => {
    const missed = { text: 'size<=1KiB', value: 2048, isMet: false, isSure: true }
    const unsure = { text: 'accuracy-drop<=1%', value: 0.002, isMet: true, isSure: false }
    assert.deepEqual(faultsOf({ isGood: false, isSlower: true, goals: [missed, unsure] }), [
      'missed',
      'unsure',
      'slower',
    ])
    // What is good meets a goal of time by its value, whatever the interval.
    assert.deepEqual(faultsOf({ goals: [unsure] }), ['not-measured-again'])
  })

  it('holds one that was good once to have failed, and the one that is recommended to have passed', () => {
    const once = { ...report, unconfirmed: [1] }
    assert.deepEqual([faultsOf({}, once), hasPassed(once, candidate({}))], [['unconfirmed'], false])
    const best = { ...report, recommended: 1 }
    assert.deepEqual([faultsOf({}, best), hasPassed(best, candidate({}))], [[], true])
  })

  it('is kept with what was measured', () => {
    assert.equal(describeTest({ ...report, recommended: 1 }, candidate({})), 'passed: accuracy-drop 0.2% (0% to 2%)')
    const goals = [{ text: 'size<=1KiB', value: 2048, isMet: false, isSure: true }]
    assert.equal(
      describeTest(report, candidate({ isGood: false, goals })),
      'failed, size<=1KiB is missed with 2 KiB: accuracy-drop 0.2% (0% to 2%)',
    )
  })
})
