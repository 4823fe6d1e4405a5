import { setThreadsCount, setWasmPaths } from '@tensorflow/tfjs-backend-wasm'
import * as tf from '@tensorflow/tfjs-core'
import * as layers from '@tensorflow/tfjs-layers'

/** Computes on the CPU by WebAssembly; call it before anything else of TensorFlow.js. */
export async function useWebAssembly(): Promise<void> {
  setWasmPaths(new URL('.', import.meta.resolve('@tensorflow/tfjs-backend-wasm')).pathname)
  // One thread: the order of additions, hence the last digit of every weight, is then always the same.
  setThreadsCount(1)
  await tf.setBackend('wasm')
}

export interface ModelSettings {
  /** Neurons of the hidden layer. */
  readonly hidden: number
  /** Step size of the Adam optimizer. */
  readonly learningRate: number
  /** The same seed gives the same first weights. */
  readonly seed: number
}

/** A net of one hidden layer: 64 grey values in, the probabilities of the ten digits out. */
export function createModel({ hidden, learningRate, seed }: ModelSettings): layers.Sequential {
  const { dense } = layers.layers
  const { heNormal } = layers.initializers
  const model = layers.sequential({
    layers: [
      dense({ inputShape: [64], units: hidden, activation: 'relu', kernelInitializer: heNormal({ seed }) }),
      dense({ units: 10, activation: 'softmax', kernelInitializer: heNormal({ seed: seed + 1 }) }),
    ],
  })
  const optimizer = tf.train.adam(learningRate)
  model.compile({ optimizer, loss: 'categoricalCrossentropy', metrics: ['accuracy'] })
  return model
}

/** The model as the two files of TensorFlow.js's own format, which `tf.loadLayersModel()` reads, by name. */
export async function modelFiles(model: layers.Sequential): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>()
  const handler = tf.io.withSaveHandler(async ({ modelTopology, weightSpecs, weightData }) => {
    const weightsManifest = [{ paths: ['weights.bin'], weights: weightSpecs }]
    const topology = JSON.stringify({ format: 'layers-model', modelTopology, weightsManifest })
    files.set('model.json', new TextEncoder().encode(topology))
    files.set('weights.bin', new Uint8Array(tf.io.CompositeArrayBuffer.join(weightData)))
    return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } }
  })
  await model.save(handler)
  return files
}
