// Trains a dense net on the digits and logs to the run that it was started in:
//
//   runwright run --experiment digits -- node train.ts --hidden 64 --learning-rate 0.003
import { parseArgs } from 'node:util'
import * as tf from '@tensorflow/tfjs-core'
import { loadDigits, type Digits } from './digits.ts'
import { joinRun } from './mlflow.ts'
import { createModel, modelFiles, useWebAssembly } from './model.ts'
import { createRandom, shuffledIndices } from './random.ts'

const { values } = parseArgs({
  options: {
    hidden: { type: 'string', default: '32' },
    'learning-rate': { type: 'string', default: '0.003' },
    epochs: { type: 'string', default: '25' },
    seed: { type: 'string', default: '7' },
  },
})
const hidden = Number(values.hidden)
const learningRate = Number(values['learning-rate'])
const epochs = Number(values.epochs)
const seed = Number(values.seed)
const batchSize = 32

const run = await joinRun(process.env)
await run.logParams({ hidden, learning_rate: learningRate, epochs, seed, batch_size: batchSize })

await useWebAssembly()
const digits = await loadDigits()
const train = toTensors(digits.train)
const validation = toTensors(digits.validation)
const test = toTensors(digits.test)
const model = createModel({ hidden, learningRate, seed })
const random = createRandom(seed)

for (let epoch = 1; epoch <= epochs; epoch++) {
  const order = tf.tensor1d(shuffledIndices(digits.train.labels.length, random), 'int32')
  const images = tf.gather(train.images, order)
  const labels = tf.gather(train.labels, order)
  const { history } = await model.fit(images, labels, {
    epochs: 1,
    batchSize,
    shuffle: false,
    validationData: [validation.images, validation.labels],
    verbose: 0,
  })
  tf.dispose([order, images, labels])
  const metrics = { loss: only(history.loss), val_loss: only(history.val_loss), val_accuracy: only(history.val_acc) }
  await run.logMetrics(epoch, metrics)
  if (epoch % 5 === 0 || epoch === epochs) console.log(`epoch ${epoch}/${epochs}  ${describe(metrics)}`)
}

const testMetrics = { test_accuracy: accuracyOn(test) }
await run.logMetrics(epochs, testMetrics)
console.log(describe(testMetrics))
for (const [name, bytes] of await modelFiles(model)) await run.logArtifact(`model/${name}`, bytes)

interface Examples {
  /** Shape [examples, 64]. */
  readonly images: tf.Tensor2D
  /** Shape [examples, 10], with a 1 in the column of the right digit. */
  readonly labels: tf.Tensor2D
}

function toTensors({ images, labels }: Digits): Examples {
  const oneHot = labels.map((label) => Array.from({ length: 10 }, (_, digit) => Number(digit === label)))
  return { images: tf.tensor2d(images.map((image) => [...image])), labels: tf.tensor2d(oneHot) }
}

/** The share of the examples whose most likely digit is the right one. */
function accuracyOn({ images, labels }: Examples): number {
  // SAFETY: a model of one output predicts one tensor, here of the shape of the labels.
  const predicted = tf.argMax(model.predict(images) as tf.Tensor2D, 1)
  return tf.mean(tf.cast(tf.equal(predicted, tf.argMax(labels, 1)), 'float32')).dataSync()[0] ?? Number.NaN
}

/** The value of a history of one epoch. */
function only(series: readonly (number | tf.Tensor)[] | undefined): number {
  const value = series?.[0]
  return typeof value === 'number' ? value : Number.NaN
}

function describe(metrics: Record<string, number>): string {
  return Object.entries(metrics)
    .map(([key, value]) => `${key} ${value.toFixed(4)}`)
    .join('  ')
}
