import { type MeasureName, type Measurement, measures, parseGoal } from './measures.ts'
import { parseModelTest, type ShownModelTest } from './shown-model-test.ts'

const figures = (p50: number, memoryBytes: number) => ({
  p50: { value: p50, interval: [p50 * 0.95, p50 * 1.06] },
  p95: { value: p50 * 1.3 },
  p99: { value: p50 * 1.6 },
  throughput: { value: 1000 / p50 },
  cpuMs: p50 * 1.9,
  memoryBytes,
})

const group = (name: string, samples: number, original: number, lost: number) => ({
  group: name,
  samples,
  original: { value: original },
  candidate: { value: original - lost },
  change: { value: lost, interval: [lost - 0.9 / Math.sqrt(samples), lost + 1.1 / Math.sqrt(samples)] },
})

const found: ReadonlyMap<MeasureName, Measurement> = new Map([
  ['accuracy-drop', { value: 0.004, interval: [-0.008, 0.019] }],
  ['agreement', { value: 0.988, interval: [0.976, 0.994] }],
  ['speedup', { value: 2.31, interval: [2.2, 2.44] }],
])

function gate(text: string) {
  const goal = parseGoal(text)
  const measurement = found.get(goal.measure)
  if (measurement === undefined) return { goal, text, isMet: false, isSure: false, shortfall: Infinity }
  const { value, interval = [value, value] } = measurement
  const keeps = (each: number) => (measures[goal.measure].better === 'less' ? each <= goal.limit : each >= goal.limit)
  return { goal, text, measurement, isMet: keeps(value), isSure: interval.every((end) => keeps(end) === keeps(value)) }
}

/** What `model test --json` prints of a classifier in 8 bits. */
export function printedReport(gates: readonly string[]): unknown {
  const judged = gates.map(gate)
  const report = {
    candidate: { name: 'digits-int8.onnx', sizeBytes: 1_250_000 },
    original: { name: 'digits.onnx', sizeBytes: 4_830_000 },
    data: { name: 'test.npz', samples: 500, hasLabels: true },
    target: {
      profile: { title: 'Edge box: 2 cores, 1 GiB' },
      machine: { processor: 'Example CPU @ 2.50GHz', cores: 4, instructions: 'vnni' },
      notes: ['The target’s processor has AVX2 and this one VNNI, so models of 8-bit integers run slower there.'],
    },
    checks: [
      { name: 'loads', title: 'It loads', isPassed: true, details: 'In 12 ms.' },
      {
        name: 'determinism',
        title: 'It gives the same for the same',
        isPassed: true,
        details: 'Bit by bit, in one process and in a new one.',
      },
    ],
    parity: [
      {
        output: 'probabilities',
        samples: 500,
        elements: 5000,
        maxError: 0.21,
        meanError: 0.0031,
        relativeError: 0.21,
        nonFinite: 0,
        cosine: { value: 0.9991 },
        leastCosine: 0.964,
        agreement: { value: 0.988, interval: [0.976, 0.994] },
      },
    ],
    quality: {
      task: 'classification',
      reference: 'labels',
      output: 'probabilities',
      unit: 'samples',
      others: [{ title: 'F1 score', as: 'number', original: { value: 0.97 }, candidate: { value: 0.965 } }],
      all: group('all', 500, 0.972, 0.004),
      classes: ['zero', 'one', 'two'].map((name, index) => group(name, 50, 0.98, index / 50)),
      slices: [{ ...group('phone', 120, 0.95, -0.008), slicing: 'device' }],
    },
    robustness: [
      {
        name: 'noise',
        title: 'Noise of 10 %',
        samples: 256,
        agreement: { value: 0.97, interval: [0.94, 0.985] },
        accuracy: { original: 0.95, candidate: 0.945 },
        nonFinite: { original: 0, candidate: 2 },
      },
    ],
    invalidInputs: [{ name: 'nan', title: 'NaN', original: 'answered', candidate: 'refused' }],
    precision: { integerNodes: 5, floatNodes: [{ node: '/head/Gemm', operator: 'Gemm' }] },
    performance: {
      comparisons: [
        {
          setting: { threads: 2, batch: 1 },
          original: figures(4.2, 96e6),
          candidate: figures(1.8, 41e6),
          speedup: found.get('speedup'),
        },
      ],
      startUp: {
        original: { startUp: { value: 31 }, load: { value: 22 } },
        candidate: { startUp: { value: 19 }, load: { value: NaN } },
      },
    },
    gates: judged,
    isPassed: judged.every(({ isMet }) => isMet),
  }
  return JSON.parse(JSON.stringify(report))
}

export function shownReport(gates: readonly string[]): ShownModelTest {
  return parseModelTest(printedReport(gates))
}
