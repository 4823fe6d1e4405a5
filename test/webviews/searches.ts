import { type CandidateLayers, parseSearchReport, type SearchReport } from '../../src/protocol/compression.ts'

interface Sample {
  readonly name: string
  readonly size: number
  readonly p50: number
  readonly drop: number
  readonly isSlower?: true
}

const samples: readonly Sample[] = [
  { name: 'clean-up', size: 1_040_000, p50: 0.42, drop: 0 },
  { name: 'clean-up, dynamic-int8', size: 280_000, p50: 0.19, drop: 0.004 },
  { name: 'clean-up, static-int8 (method=mse)', size: 270_000, p50: 0.14, drop: 0.021 },
  { name: 'clean-up, fp16', size: 530_000, p50: 0.61, drop: 0, isSlower: true },
  { name: 'clean-up, weight-int4 (block=32)', size: 170_000, p50: 0.3, drop: 0.009 },
  { name: 'clean-up, structured-pruning (share=0.5), dynamic-int8', size: 150_000, p50: 0.11, drop: 0.06 },
  { name: 'clean-up, weight-int8', size: 290_000, p50: 0.33, drop: 0.001 },
]

/** A search over a net for digits: one is recommended, some miss a goal, one is slower. */
export function digitsSearch(change: object = {}): SearchReport {
  const measured = ({ size, p50, drop }: Omit<Sample, 'name'>) => ({
    size: { value: size },
    p50: { value: p50, interval: [p50 * 0.95, p50 * 1.08] },
    memory: { value: size * 3 },
    speedup: { value: 0.4 / p50, interval: [0.38 / p50, 0.42 / p50] },
    'accuracy-drop': { value: drop, interval: [Math.max(-0.002, drop - 0.004), drop + 0.004] },
  })
  const goalsOf = ({ drop, size }: Pick<Sample, 'drop' | 'size'>) => [
    { text: 'accuracy-drop<=1%', value: drop, isMet: drop <= 0.01, isSure: Math.abs(drop - 0.01) > 0.004 },
    { text: 'size<=10MiB', value: size, isMet: true, isSure: true },
  ]
  const original = { size: 1_060_000, p50: 0.4, drop: 0 }
  return parseSearchReport({
    isDone: true,
    model: '/work/digits/models/digits.onnx',
    data: '/work/digits/data/digits.npz',
    target: 'this-machine',
    goals: ['accuracy-drop<=1%', 'size<=10MiB'],
    samples: 1200,
    differences: [],
    original: { measurements: measured(original), goals: goalsOf(original) },
    axes: ['size', 'p50', 'memory', 'accuracy-drop'],
    front: [2, 3, 5, 6, 7],
    candidates: samples.map((sample, at) => ({
      number: at + 1,
      name: sample.name,
      steps: sample.name.split(', ').map((pass) => ({ pass })),
      sha256: String(at + 1).repeat(64),
      measurements: measured(sample),
      goals: goalsOf(sample),
      isGood: sample.drop + 0.004 <= 0.01 && sample.isSlower === undefined,
      isSlower: sample.isSlower === true,
      runId: String(at + 1).repeat(32),
    })),
    recommended: 2,
    unconfirmed: [],
    refusals: [],
    skipped: 0,
    ...change,
  })
}

export const digitsLayers: CandidateLayers = {
  changes: [
    {
      pass: 'dynamic-int8',
      name: 'hidden',
      what: 'multiplied in integers',
      from: 'MatMul float32',
      to: 'MatMulInteger uint8',
      bytesBefore: 1_000_000,
      bytesAfter: 250_000,
    },
  ],
  nodes: [
    { name: 'hidden', operator: 'com.microsoft.DynamicQuantizeMatMul', precision: 'integer' },
    { name: 'head', operator: 'MatMul', precision: 'float' },
  ],
}
