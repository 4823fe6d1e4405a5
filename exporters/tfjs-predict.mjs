// Runs a TensorFlow.js model by the library that the user's own project has, for a comparison:
//
//   node tfjs-predict.mjs REQUEST.json
//
// The request names the model, the folders from which the library is looked for, the inputs (a file by v8.serialize) and
// where the answer goes.
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { deserialize, serialize } from 'node:v8'

const request = JSON.parse(readFileSync(process.argv[2], 'utf8'))

/** A package from the first folder that has it, together with those that it shares. */
function findPackages(names) {
  for (const folder of request.folders) {
    const require = createRequire(join(folder, 'package.json'))
    try {
      return { require, found: names.map((name) => require(name)) }
    } catch (error) {
      if (error.code !== 'MODULE_NOT_FOUND') throw error
    }
  }
  return undefined
}

function findLibrary() {
  const core = findPackages(['@tensorflow/tfjs-core', '@tensorflow/tfjs-layers'])
  if (core !== undefined) {
    for (const backend of ['cpu', 'wasm']) {
      try {
        core.require(`@tensorflow/tfjs-backend-${backend}`)
        return { tf: core.found[0], layers: core.found[1], backend, version: core.found[1].version_layers }
      } catch (error) {
        if (error.code !== 'MODULE_NOT_FOUND') throw error
      }
    }
  }
  const whole = findPackages(['@tensorflow/tfjs'])?.found[0]
  return whole && { tf: whole, layers: whole, backend: 'cpu', version: whole.version.tfjs }
}

function readModel(tf) {
  const { modelTopology, weightsManifest } = JSON.parse(readFileSync(request.model, 'utf8'))
  const files = weightsManifest.flatMap(({ paths }) => paths)
  const bytes = Buffer.concat(files.map((name) => readFileSync(join(dirname(request.model), name))))
  const weightData = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)
  const weightSpecs = weightsManifest.flatMap(({ weights }) => weights)
  return tf.io.fromMemory({ modelTopology, weightSpecs, weightData })
}

async function predict({ tf, layers, backend, version }) {
  await tf.setBackend(backend)
  const model = await layers.loadLayersModel(readModel(tf))
  const inputs = deserialize(readFileSync(request.feeds)).map(({ dims, data }) => tf.tensor(data, dims))
  const answer = model.predict(inputs.length === 1 ? inputs[0] : inputs)
  const outputs = (Array.isArray(answer) ? answer : [answer]).map((each) => ({
    dims: each.shape,
    data: each.dataSync(),
  }))
  return { outputs, version, backend }
}

const library = findLibrary()
writeFileSync(request.result, serialize(library === undefined ? { isMissing: true } : await predict(library)))
