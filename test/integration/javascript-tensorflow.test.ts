import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { before, describe, it } from 'node:test'
import { loadTensorFlow } from '../../src/kernels/javascript/load-tensorflow.ts'

const sample = join(import.meta.dirname, '../../sample-workspace/notebook.js')

/** Whether the cell that the tests are was interrupted. */
let isInterrupted = false

function partsOf(place: string) {
  const { resolve } = createRequire(place)
  const said: string[] = []
  const load = async (name: string): Promise<Record<string, unknown>> => import(resolve(name))
  return { import: load, resolve, say: (line: string) => said.push(line), said, watchCell: () => () => isInterrupted }
}

/** As much of the layers as is used here. */
interface Layers {
  sequential(config: object): Model
  readonly layers: Readonly<Record<'conv2d' | 'batchNormalization' | 'flatten' | 'dense', (config: object) => object>>
  zeros(shape: readonly number[]): object
}
interface Model {
  compile(config: object): void
  fit(x: object, y: object, config: object): Promise<{ history: { loss: number[] } }>
  getWeights(): readonly { dataSync(): Float32Array }[]
}

let tf: Layers
before(async () => {
  // SAFETY: the names of TensorFlow.js.
  tf = (await loadTensorFlow(partsOf(sample))) as unknown as Layers
})

function createModel(...layers: readonly object[]): Model {
  const model = tf.sequential({ layers })
  model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' })
  return model
}

function createConvolution(): Model {
  const { conv2d, batchNormalization, flatten, dense } = tf.layers
  const first = conv2d({ inputShape: [8, 8, 1], filters: 2, kernelSize: 3 })
  return createModel(first, batchNormalization({}), flatten({}), dense({ units: 1 }))
}

const fit = (model: Model, shape: readonly number[]) =>
  model.fit(tf.zeros([4, ...shape]), tf.zeros([4, 1]), { epochs: 1, verbose: 0 })
const weightsOf = (model: Model) => model.getWeights().map((weight) => [...weight.dataSync()])

describe('TensorFlow.js in a notebook', () => {
  it('computes by WebAssembly where nothing faster is there, and says why', async () => {
    const parts = partsOf(sample)
    await loadTensorFlow(parts)
    assert.match(
      parts.said.join('\n'),
      /^TensorFlow\.js 4\S+ computes by wasm\.\nNot by node-gpu: @tensorflow\/tfjs-node-gpu is not installed; not by webgpu: /,
    )
  })

  it('refuses a model before it is trained, by what its backend lacks, and leaves it as it was', async () => {
    const model = createConvolution()
    const weights = weightsOf(model)
    await assert.rejects(fit(model, [8, 8, 1]), /cannot be trained by wasm: it lacks Conv2DBackpropFilter, which/)
    assert.deepEqual(weightsOf(model), weights)
  })

  it('trains what its backend can', async () => {
    const { history } = await fit(createModel(tf.layers.dense({ inputShape: [3], units: 1 })), [3])
    assert.deepEqual(history.loss, [0])
  })

  it('trains a model again whose training was interrupted, and none that is being trained', async () => {
    const model = createModel(tf.layers.dense({ inputShape: [3], units: 1 }))
    const first = fit(model, [3])
    await assert.rejects(fit(model, [3]), /another fit\(\) call is ongoing/)
    isInterrupted = true
    await fit(model, [3])
    isInterrupted = false
    await first
  })

  it('trains by the one that is asked for', async () => {
    const parts = partsOf(sample)
    await loadTensorFlow(parts, 'cpu')
    assert.match(parts.said.join('\n'), /computes by cpu\.$/)
    assert.deepEqual((await fit(createConvolution(), [8, 8, 1])).history.loss, [0])
  })

  it('says what to install where it is not, and what there is to ask for', async () => {
    const nowhere = partsOf('/notebook.js')
    await assert.rejects(
      loadTensorFlow(nowhere),
      /cannot compute here.*wasm is not installed.*npm install @tensorflow\/tfjs/,
    )
    await assert.rejects(loadTensorFlow(nowhere, 'tpu'), /no backend "tpu": there are node-gpu, webgpu, wasm, cpu/)
  })
})
