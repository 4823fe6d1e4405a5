import type { TensorFlow, TfModel, TfTensor } from './tensorflow-shape.ts'

const trainers = ['fit', 'fitDataset', 'trainOnBatch'] as const

/**
 * Has models looked at before they are trained: what a backend lacks is told then, and not in the midst of it. And one
 * whose training was interrupted may be trained again.
 *
 * @param watchCell gives what tells whether the cell that runs now was interrupted later
 */
export function checkBeforeTraining(tf: TensorFlow, watchCell: () => () => boolean): void {
  const prototype = tf.LayersModel?.prototype
  if (prototype === undefined || checked.has(prototype)) return
  checked.add(prototype)
  const known = new WeakMap<TfModel, string>()
  const wasInterrupted = new WeakMap<TfModel, () => boolean>()
  for (const name of trainers) {
    const original = prototype[name]
    async function checkFirst(this: TfModel, ...args: unknown[]): Promise<unknown> {
      const backend = tf.getBackend()
      if (known.get(this) !== backend) await checkModel(tf, this)
      known.set(this, backend)
      if (wasInterrupted.get(this)?.() === true) this.isTraining = false
      wasInterrupted.set(this, watchCell())
      return original.apply(this, args)
    }
    Object.defineProperty(prototype, name, { value: checkFirst, configurable: true, writable: true })
  }
}

const checked = new WeakSet<object>()

/** @throws Error that names the operations which the backend lacks */
async function checkModel(tf: TensorFlow, model: TfModel): Promise<void> {
  const backend = tf.getBackend()
  const first = missingKernel(() => differentiate(tf, model))
  if (first === undefined) return
  const missing = [...new Set([first, ...(await listMissing(tf, model, backend))])]
  throw new Error(
    `This model cannot be trained by ${backend}: it lacks ${missing.join(', ')}, which its gradients need. ` +
      `Train it by tensorflow({ backend: 'cpu' }), which is slow, by @tensorflow/tfjs-node-gpu, or in Python.`,
  )
}

/** What is missing is said by an error; any other is not about that, and comes again in the training. */
function missingKernel(act: () => void): string | undefined {
  try {
    act()
    return undefined
  } catch (error) {
    return /Kernel '(\w+)' not registered/.exec(String(error))?.[1]
  }
}

/** One step on one example of zeros, whose result nobody takes. */
function differentiate(tf: TensorFlow, model: TfModel): void {
  const weights = model.getWeights().map((weight) => weight.clone())
  try {
    tf.tidy(() => {
      const variables = model.trainableWeights.map((weight) => weight.read())
      const inputs = model.inputs.map(({ shape, dtype }) =>
        tf.zeros(
          shape.map((size, at) => (at === 0 ? 1 : (size ?? 1))),
          dtype,
        ),
      )
      tf.variableGrads(
        () => tf.addN([model.apply(inputs, { training: true })].flat().map((output) => tf.sum(output))),
        variables,
      )
    })
  } finally {
    // Some layers learn while they compute.
    model.setWeights(weights)
    weights.forEach((weight: TfTensor) => weight.dispose())
  }
}

/** All of them, by doing it where everything is there. */
async function listMissing(tf: TensorFlow, model: TfModel, backend: string): Promise<readonly string[]> {
  if (backend === 'cpu' || tf.findBackend('cpu') === null) return []
  try {
    await tf.setBackend('cpu')
    const { kernelNames } = await tf.profile(() => differentiate(tf, model))
    return kernelNames.filter((name) => tf.getKernel(name, backend) === undefined)
  } catch {
    return []
  } finally {
    await tf.setBackend(backend)
  }
}
