import type { ModelProto } from 'onnx-buf'
import { applyPass, findPass } from '../../src/compress/apply-pass.ts'
import { measureInTurn, type MeasurePlan } from '../../src/compress/measure-models.ts'
import { weightsInMemory } from '../../src/compress/weights.ts'
import { modelTensors } from '../../src/onnx/model-tensors.ts'
import { writeModel } from '../../src/onnx/model.ts'
import { testRuntime } from '../../src/onnx/test-runtime.ts'
import { defineBenchmark } from '../benchmark.ts'
import type { Net } from '../compress-layers/nets.ts'
import { measureId, measuresOf, trials } from '../compress-layers/trials.ts'

const plan: MeasurePlan = { rounds: 10, budgetMs: 800, maxRuns: 200 }
const quickPlan: MeasurePlan = { rounds: 2, budgetMs: 50, maxRuns: 5 }

export default defineBenchmark({
  name: 'compress-layers',
  summary:
    'What structured pruning and low rank save in time, beside what they take away: layers of made-up weights, as the passes make them smaller, in ONNX Runtime on one thread, in turn with the original',
  repetitions: 7,
  measures: Object.fromEntries(trials.flatMap(measuresOf)),
  async open({ isQuick }) {
    const { signal } = new AbortController()
    const made = await Promise.all(
      trials.map(async (trial) => {
        const net = trial.make()
        const { pass, options = {} } = trial.step
        const { model } = await applyPass(findPass(pass), net.model, options, { weights: weightsInMemory, signal })
        return { trial, net, model }
      }),
    )
    return {
      async ours() {
        const figures: Record<string, number> = {}
        for (const { trial, net, model } of made) {
          figures[measureId(trial, 'numbers')] = countNumbers(model) / countNumbers(net.model)
          figures[measureId(trial, 'time')] = await measureShare(net, model, isQuick ? quickPlan : plan, signal)
        }
        return figures
      },
      [Symbol.asyncDispose]: () => Promise.resolve(),
    }
  },
})

function countNumbers(model: ModelProto): number {
  return modelTensors(model).reduce((sum, { dims }) => sum + dims.reduce((product, dim) => product * Number(dim), 1), 0)
}

async function measureShare(
  { model, input }: Net,
  smaller: ModelProto,
  measurePlan: MeasurePlan,
  signal: AbortSignal,
): Promise<number> {
  const count = input.reduce((product, dim) => product * dim, 1)
  const data = Float32Array.from({ length: count }, (_, at) => Math.sin(at * 1.7))
  const models = [
    { name: 'The original', model: writeModel(model) },
    { name: 'The smaller one', model: writeModel(smaller) },
  ] as const
  const { speedup } = await measureInTurn(
    models,
    new Map([['x', { dtype: 'float32', dims: input, data }]]),
    { threads: 1, batch: 1 },
    { runtime: testRuntime, limits: {}, signal },
    measurePlan,
  )
  return 1 / speedup.value
}
