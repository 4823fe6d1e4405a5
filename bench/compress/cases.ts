import type { RecipeStep } from '../../src/compress/recipe.ts'
import type { Measure } from '../benchmark.ts'
import type { ModelName } from './models.ts'

/** A model that both sides quantize. */
export interface Case {
  /** In the ids of its measures. */
  readonly id: string
  readonly label: string
  readonly model: ModelName
  readonly steps: readonly RecipeStep[]
  readonly peer: 'onnxruntime' | 'olive'
  /** Words of `quantize.py` before the model, or of `olive quantize`. */
  readonly peerWords: readonly string[]
  /** That ranges of activations are taken from; undefined where none are. */
  readonly samples?: number
  /** Whether there are labels to test it by. */
  readonly isTested?: true
}

/** What is measured of a case, by ids that no other case has. */
export function measuresOf(each: Case): [string, Measure][] {
  const { label, peer, samples, isTested } = each
  const memory = samples === undefined ? { timesPeer: 1.43 } : { atMost: 500 }
  const all = {
    cpu: { label: `${label}: CPU`, unit: 's', target: { timesPeer: 1 } },
    memory: { label: `${label}: memory`, unit: 'MB', target: memory },
    size: { label: `${label}: size`, unit: 'MB', target: { timesPeer: 0.99 } },
    operators: {
      label: `${label}: operators in integers`,
      unit: 'operators',
      // A preset makes integers of convolutions, too, which run slower so.
      ...(peer === 'olive' ? {} : { target: { timesPeer: 1 } }),
    },
    different: { label: `${label}: bytes of weights that differ`, unit: 'ppm', target: { atMost: 1 } },
    accuracy: { label: `${label}: accuracy`, unit: '%' },
    lost: { label: `${label}: points lost to the peer, at least`, unit: '%', target: { atMost: 0 } },
  } as const satisfies Record<string, Measure>
  const { different, accuracy, lost, ...common } = all
  // A preset has settings of its own, by which weights differ.
  const compared = peer === 'olive' ? {} : { different }
  const tested = isTested === true ? { accuracy, lost } : {}
  return Object.entries({ ...common, ...compared, ...tested }).map(([name, measure]) => [
    measureId(each, name),
    measure,
  ])
}

export function measureId({ id }: Case, measured: string): string {
  return `${id}-${measured}`
}

/** How many samples the data has to have. */
export function mostSamples(cases: readonly Case[]): number {
  return Math.max(...cases.map(({ samples }) => samples ?? 0))
}

const dynamicInt8 = [{ pass: 'dynamic-int8', options: { embeddings: false } }] as const
const weightInt4 = [{ pass: 'weight-int4', options: { embeddings: false } }] as const

const dynamic = (model: ModelName): Case => ({
  id: `${model}-dynamic`,
  label: `${model}, dynamic int8`,
  model,
  steps: dynamicInt8,
  peer: 'onnxruntime',
  peerWords: ['dynamic'],
})

const weights = (model: ModelName): Case => ({
  id: `${model}-int4`,
  label: `${model}, weights of 4 bits`,
  model,
  steps: weightInt4,
  peer: 'onnxruntime',
  peerWords: ['int4'],
})

/** What ONNX Runtime calls the ways to choose a range. */
const peerMethods = { 'min-max': 'MinMax', entropy: 'Entropy' } as const

const fixed = (model: ModelName, samples: number, method: keyof typeof peerMethods = 'min-max'): Case => ({
  id: `${model}-static-${method}`,
  label: `${model}, static int8 by ${method}`,
  model,
  steps: [{ pass: 'static-int8', options: { samples, method } }],
  peer: 'onnxruntime',
  peerWords: ['static', '--method', peerMethods[method], '--samples', String(samples)],
  samples,
  ...(model === 'digits' ? { isTested: true } : {}),
})

const preset = (model: ModelName, steps: readonly RecipeStep[], precision: 'int8' | 'int4'): Case => ({
  id: `${model}-olive-${precision}`,
  label: `${model}, ${steps.map(({ pass }) => pass).join(' and ')} as they come, Olive’s ${precision}`,
  model,
  steps,
  peer: 'olive',
  peerWords: ['--precision', precision, '--implementation', precision === 'int8' ? 'ort' : 'olive'],
})

/** In the order of the table. */
export function listCases(isQuick: boolean): readonly Case[] {
  const some = (samples: number) => (isQuick ? 8 : samples)
  return [
    dynamic('minilm'),
    dynamic('ocr-recognition'),
    dynamic('silero-vad'),
    dynamic('magika'),
    weights('minilm'),
    weights('ocr-recognition'),
    fixed('digits', some(200)),
    fixed('digits', some(200), 'entropy'),
    fixed('ocr-direction', some(64)),
    fixed('ocr-detection', some(16)),
    preset('minilm', [{ pass: 'dynamic-int8' }], 'int8'),
    preset('minilm', [{ pass: 'weight-int4' }], 'int4'),
    preset('ocr-recognition', [{ pass: 'dynamic-int8' }, { pass: 'int8-storage' }], 'int8'),
  ]
}

/**
 * @param only name of a model, whose cases are wanted alone
 * @throws {Error} when there is no such model
 */
export function chooseCases(cases: readonly Case[], only: string | undefined): readonly Case[] {
  if (only === undefined) return cases
  const chosen = cases.filter(({ model }) => model === only)
  if (chosen.length > 0) return chosen
  throw new Error(`There are: ${[...new Set(cases.map(({ model }) => model))].join(', ')}.`)
}
