// Saves a net of every kind of layer that is converted, with weights of chance: node save-tfjs-net.mjs PROJECT FOLDER
import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

const [project, folder] = process.argv.slice(2)
const require = createRequire(join(project, 'package.json'))
const tf = require('@tensorflow/tfjs-core')
const { layers, input, model } = require('@tensorflow/tfjs-layers')
require('@tensorflow/tfjs-backend-cpu')
await tf.setBackend('cpu')

const picture = input({ shape: [9, 8, 2] })
const conv = layers.conv2d({ filters: 6, kernelSize: 3, strides: 2, padding: 'same', activation: 'relu' })
const first = layers.batchNormalization().apply(conv.apply(picture))
const deep = layers.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2, padding: 'same', activation: 'hardSigmoid' })
const wide = layers.conv2d({ filters: 12, kernelSize: 1, useBias: false, activation: 'selu' })
const sum = layers.add().apply([deep.apply(first), wide.apply(first)])
const both = layers.concatenate().apply([sum, layers.leakyReLU().apply(first)])
const padded = layers.zeroPadding2d({
  padding: [
    [1, 0],
    [0, 2],
  ],
})
const most = layers.maxPooling2d({ poolSize: 2, padding: 'same' }).apply(padded.apply(both))
const mean = layers.averagePooling2d({ poolSize: 2, strides: 1, padding: 'same' }).apply(most)
const turned = layers.flatten().apply(mean)
const bent = layers.dense({ units: 12, activation: 'softplus' }).apply(turned)
const row = layers.reshape({ targetShape: [6, 2] }).apply(bent)
const along = layers.conv1d({ filters: 4, kernelSize: 3, dilationRate: 2, padding: 'same', activation: 'tanh' })
const top = layers.globalMaxPooling1d().apply(layers.elu().apply(along.apply(row)))
const ends = [layers.globalAveragePooling2d({}).apply(mean), layers.dropout({ rate: 0.4 }).apply(top)]
const merged = layers.concatenate().apply(ends)
const outputs = [
  layers.dense({ units: 5, activation: 'softmax' }).apply(merged),
  layers.reLU({ maxValue: 6 }).apply(layers.dense({ units: 3 }).apply(layers.maximum().apply([top, top]))),
]
const net = model({ inputs: picture, outputs })
// Those of a normalization must not be those that change nothing.
const drawn = net.weights.map(({ name, shape }, at) =>
  name.includes('variance')
    ? tf.randomUniform(shape, 0.5, 1.5, 'float32', at + 1)
    : tf.randomNormal(shape, 0, 0.4, 'float32', at + 1),
)
net.setWeights(drawn)

await net.save(
  tf.io.withSaveHandler(async ({ modelTopology, weightSpecs, weightData }) => {
    const bytes = Buffer.from(tf.io.CompositeArrayBuffer.join(weightData))
    // In two files, the border between which lies inside of a weight.
    const paths = ['first.bin', 'second.bin']
    const weightsManifest = [{ paths, weights: weightSpecs }]
    writeFileSync(
      join(folder, 'model.json'),
      JSON.stringify({ format: 'layers-model', modelTopology, weightsManifest }),
    )
    writeFileSync(join(folder, 'first.bin'), bytes.subarray(0, 1001))
    writeFileSync(join(folder, 'second.bin'), bytes.subarray(1001))
    return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } }
  }),
)
