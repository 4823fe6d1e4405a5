import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setThreadsCount, setWasmPaths } from '@tensorflow/tfjs-backend-wasm'
import * as tf from '@tensorflow/tfjs-core'
import * as layers from '@tensorflow/tfjs-layers'

/** Computes on the CPU by WebAssembly, on one thread, so that results are the same each time. */
export async function useWebAssembly(): Promise<void> {
  setWasmPaths(new URL('.', import.meta.resolve('@tensorflow/tfjs-backend-wasm')).pathname)
  setThreadsCount(1)
  await tf.setBackend('wasm')
}

/** Reads `model.json` and `weights.bin` of a folder, TensorFlow.js's own format. */
export async function loadModel(folder: string): Promise<layers.LayersModel> {
  const { modelTopology, weightsManifest } = JSON.parse(await readFile(join(folder, 'model.json'), 'utf8'))
  const weights = await readFile(join(folder, 'weights.bin'))
  const weightData = new Uint8Array(weights).buffer
  return layers.loadLayersModel(
    tf.io.fromMemory({ modelTopology, weightSpecs: weightsManifest[0].weights, weightData }),
  )
}

/** The same two files of a model, by name. */
export async function modelFiles(model: layers.LayersModel): Promise<ReadonlyMap<string, Uint8Array>> {
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
