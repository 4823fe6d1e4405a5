// Teaches a small dense net what a large one answers, and logs to the run that it was started in:
//
//   runwright run --experiment distill -- node distill.ts --teacher model --data train.csv --hidden 16
//
// The small net begins with those neurons of the large one that weigh most (--start pruned), so that this is also the
// training after pruning; --start scratch --soft 0 is the same small net trained on labels alone, to compare with. With a
// folder, as --teacher has it, it begins with the net there: one that was made of the teacher in another way.
//
// Hinton, Vinyals and Dean, Distilling the Knowledge in a Neural Network, 2015; Li et al., Pruning Filters for Efficient
// ConvNets, 2017. All of it is yours to change.
import { parseArgs } from 'node:util'
import * as tf from '@tensorflow/tfjs-core'
import * as layers from '@tensorflow/tfjs-layers'
import { loadTable, splitTable, type Table } from './data.ts'
import { loadModel, modelFiles, useWebAssembly } from './model-files.ts'
import { pruneNeurons, type Stack } from './prune-neurons.ts'
import { joinRun } from './run.ts'
import { createRandom, shuffle } from './shuffle.ts'

const { values } = parseArgs({
  options: {
    teacher: { type: 'string', default: 'model' },
    data: { type: 'string', default: 'data.csv' },
    hidden: { type: 'string', default: '16' },
    start: { type: 'string', default: 'pruned' },
    soft: { type: 'string', default: '0.5' },
    temperature: { type: 'string', default: '3' },
    'learning-rate': { type: 'string', default: '0.003' },
    epochs: { type: 'string', default: '25' },
    seed: { type: 'string', default: '7' },
  },
})
const settings = {
  hidden: Number(values.hidden),
  /** The share of the loss that the teacher's answers have; labels have the rest. */
  soft: Number(values.soft),
  /** Above 1, small probabilities of the teacher count for more. */
  temperature: Number(values.temperature),
  learningRate: Number(values['learning-rate']),
  epochs: Number(values.epochs),
  seed: Number(values.seed),
}
const batchSize = 32

const run = await joinRun(process.env)
// A folder has the neurons that it has.
const { hidden, ...others } = settings
await run.logParams({ ...others, ...(isNew(values.start) && { hidden }), start: values.start, batch_size: batchSize })
await useWebAssembly()
const teacher = await loadModel(values.teacher)
const { train, validation, test } = splitTable(await loadTable(values.data))
const student = isNew(values.start) ? createStudent(teacher) : await loadModel(values.start)
const random = createRandom(settings.seed)
const optimizer = tf.train.adam(settings.learningRate)
const answers = answersOf(teacher, train)
const before = { teacher_accuracy: accuracyOf(teacher, test), start_accuracy: accuracyOf(student, test) }
await run.logMetrics(0, { ...before, teacher_params: teacher.countParams(), params: student.countParams() })

for (let epoch = 1; epoch <= settings.epochs; epoch++) {
  let sum = 0
  const order = shuffle(train.labels.length, random)
  for (let at = 0; at < order.length; at += batchSize) sum += learn(order.slice(at, at + batchSize))
  const loss = sum / Math.ceil(order.length / batchSize)
  const val_accuracy = accuracyOf(student, validation)
  await run.logMetrics(epoch, { loss, val_accuracy })
  console.log(`epoch ${epoch}/${settings.epochs}  loss ${loss.toFixed(4)}  val_accuracy ${val_accuracy.toFixed(4)}`)
}

const after = { test_accuracy: accuracyOf(student, test) }
await run.logMetrics(settings.epochs, after)
for (const [name, bytes] of await modelFiles(student)) await run.logArtifact(`model/${name}`, bytes)
console.log(JSON.stringify({ ...before, ...after, params: student.countParams() }))

function isNew(start: string): boolean {
  return start === 'pruned' || start === 'scratch'
}

/** A net like the teacher's, with fewer neurons in each hidden layer. */
function createStudent(from: layers.LayersModel): layers.Sequential {
  const dense = from.layers.filter((layer) => layer.getClassName() === 'Dense')
  const stack: Stack = dense.map((layer) => {
    const [kernel, bias] = layer.getWeights()
    if (kernel === undefined || bias === undefined) throw new Error('A dense layer of the teacher has no bias.')
    return { kernel: kernel.arraySync() as number[][], bias: bias.arraySync() as number[] }
  })
  const pruned = pruneNeurons(stack, settings.hidden)
  const model = layers.sequential()
  for (const [index, { kernel, bias }] of pruned.entries()) {
    const initial = { kernelInitializer: layers.initializers.heNormal({ seed: settings.seed + index }) }
    const { activation } = dense[index]?.getConfig() ?? {}
    const shape = index === 0 ? { inputShape: [kernel.length] } : {}
    model.add(layers.layers.dense({ units: bias.length, activation: activation as 'relu', ...initial, ...shape }))
  }
  if (values.start === 'pruned') {
    model.setWeights(pruned.flatMap(({ kernel, bias }) => [tf.tensor2d(kernel), tf.tensor1d(bias)]))
  }
  return model
}

/** One step on some examples; gives their loss. */
function learn(indices: readonly number[]): number {
  const rows = tf.tensor2d(indices.map((index) => [...(train.rows[index] ?? [])]))
  const hard = tf.oneHot(
    tf.tensor1d(
      indices.map((index) => train.labels[index] ?? 0),
      'int32',
    ),
    answers.shape[1],
  )
  const soft = tf.gather(answers, tf.tensor1d([...indices], 'int32'))
  const loss = optimizer.minimize(() => lossOf(student.apply(rows) as tf.Tensor2D, hard as tf.Tensor2D, soft), true)
  const value = loss?.dataSync()[0] ?? Number.NaN
  tf.dispose([rows, hard, soft, ...(loss === null ? [] : [loss])])
  return value
}

function lossOf(given: tf.Tensor2D, hard: tf.Tensor2D, soft: tf.Tensor2D): tf.Scalar {
  const { temperature } = settings
  const onLabels = crossEntropy(hard, given)
  // Gradients of softened answers are smaller by the square of the temperature.
  const onAnswers = tf.mul(crossEntropy(soften(soft), soften(given)), temperature ** 2)
  return tf.add(tf.mul(onLabels, 1 - settings.soft), tf.mul(onAnswers, settings.soft))
}

function crossEntropy(wanted: tf.Tensor2D, given: tf.Tensor2D): tf.Scalar {
  return tf.neg(tf.mean(tf.sum(tf.mul(wanted, tf.log(tf.clipByValue(given, 1e-7, 1))), 1)))
}

/** Probabilities at the temperature: the softmax of z / T is the softmax of z to the power of 1 / T, scaled to 1. */
function soften(probabilities: tf.Tensor2D): tf.Tensor2D {
  const powers = tf.pow(tf.clipByValue(probabilities, 1e-7, 1), 1 / settings.temperature)
  return tf.div(powers, tf.sum(powers, 1, true))
}

function answersOf(model: layers.LayersModel, { rows }: Table): tf.Tensor2D {
  return model.predict(tf.tensor2d(rows.map((row) => [...row]))) as tf.Tensor2D
}

function accuracyOf(model: layers.LayersModel, table: Table): number {
  return tf.tidy(() => {
    const chosen = tf.argMax(answersOf(model, table), 1).dataSync()
    return table.labels.filter((label, index) => chosen[index] === label).length / table.labels.length
  })
}
