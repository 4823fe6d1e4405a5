import { dirname, sep } from 'node:path'
import { checkBeforeTraining } from './check-before-training.ts'
import { provideWebGpu } from './provide-webgpu.ts'
import { messageOf, type TensorFlow } from './tensorflow-shape.ts'

export interface LoadTensorFlowParts {
  import(specifier: string): Promise<Record<string, unknown>>
  /** Of the notebook's folder. @throws when the module is not installed */
  resolve(specifier: string): string
  /** A line for people. */
  say(line: string): void
  /** Gives what tells whether the cell that runs now was interrupted later. */
  watchCell(): () => boolean
}

/** What TensorFlow.js computes by, fastest first. */
interface Backend {
  readonly name: 'node-gpu' | 'webgpu' | 'wasm' | 'cpu'
  readonly packageName: string
  /** What `tf.setBackend` calls it. */
  readonly registeredAs: string
}

const backends: readonly Backend[] = [
  { name: 'node-gpu', packageName: '@tensorflow/tfjs-node-gpu', registeredAs: 'tensorflow' },
  { name: 'webgpu', packageName: '@tensorflow/tfjs-backend-webgpu', registeredAs: 'webgpu' },
  { name: 'wasm', packageName: '@tensorflow/tfjs-backend-wasm', registeredAs: 'wasm' },
  { name: 'cpu', packageName: '@tensorflow/tfjs-backend-cpu', registeredAs: 'cpu' },
]

export type BackendName = Backend['name']

/**
 * TensorFlow.js of the workspace, on the fastest of its backends that gives the right answer to one operation. It says
 * which that is and, of those before it, why not. From then on a model is looked at before it is trained.
 *
 * @param wanted this one or none
 * @throws Error in a sentence for people, where there is none
 */
export async function loadTensorFlow(parts: LoadTensorFlowParts, wanted?: string): Promise<TensorFlow> {
  const candidates = backends.filter(({ name }) => wanted === undefined || name === wanted)
  if (candidates.length === 0) {
    throw new Error(`There is no backend "${wanted}": there are ${backends.map(({ name }) => name).join(', ')}.`)
  }
  const reasons: string[] = []
  for (const backend of candidates) {
    const tried = await tryBackend(parts, backend)
    if (typeof tried !== 'string') {
      const version = tried.version_core === undefined ? '' : ` ${tried.version_core}`
      parts.say(`TensorFlow.js${version} computes by ${backend.name}.`)
      if (reasons.length > 0) parts.say(`Not by ${reasons.join('; not by ')}.`)
      checkBeforeTraining(tried, parts.watchCell)
      return tried
    }
    reasons.push(`${backend.name}: ${tried}`)
  }
  throw new Error(
    `TensorFlow.js cannot compute here. Not by ${reasons.join('; not by ')}. ` +
      'Install it in the folder of the notebook: npm install @tensorflow/tfjs @tensorflow/tfjs-backend-wasm',
  )
}

/** @returns the reason why not, as the end of a sentence */
async function tryBackend(parts: LoadTensorFlowParts, backend: Backend): Promise<TensorFlow | string> {
  const { packageName, registeredAs } = backend
  const place = placeOf(parts, packageName)
  if (place === undefined) return `${packageName} is not installed`
  try {
    if (backend.name === 'webgpu') await provideWebGpu(parts.import)
    const own = await parts.import(packageName)
    const tf = backend.name === 'node-gpu' ? asTensorFlow(own) : await importTensorFlow(parts)
    if (tf === undefined) return '@tensorflow/tfjs is not installed'
    // Its programs lie beside it, which it looks for in the folder that it runs in.
    if (typeof own['setWasmPaths'] === 'function') own['setWasmPaths'](dirname(place) + sep)
    if (!(await tf.setBackend(registeredAs))) return 'it cannot be used on this machine'
    await tf.ready()
    return (await multiplies(tf)) ? tf : 'it gives a wrong result for the product of two matrices'
  } catch (error) {
    return messageOf(error)
  }
}

function placeOf({ resolve }: LoadTensorFlowParts, packageName: string): string | undefined {
  try {
    return resolve(packageName)
  } catch {
    return undefined
  }
}

/** All of it, or its parts as one. */
async function importTensorFlow(parts: LoadTensorFlowParts): Promise<TensorFlow | undefined> {
  for (const names of [['@tensorflow/tfjs'], ['@tensorflow/tfjs-core', '@tensorflow/tfjs-layers']]) {
    const there = names.filter((name) => placeOf(parts, name) !== undefined)
    if (there[0] !== names[0]) continue
    const modules = await Promise.all(there.map((name) => parts.import(name)))
    return asTensorFlow(Object.assign({}, ...modules))
  }
  return undefined
}

function asTensorFlow(module: Record<string, unknown>): TensorFlow {
  const whole = module['default']
  const all = 'setBackend' in module ? module : typeof whole === 'object' ? { ...module, ...whole } : module
  // SAFETY: these are the names that TensorFlow.js has had since its version 1.
  return all as unknown as TensorFlow
}

async function multiplies(tf: TensorFlow): Promise<boolean> {
  const product = tf.tidy(() => tf.matMul(tf.tensor2d([1, 2, 3, 4], [2, 2]), tf.tensor2d([5, 6, 7, 8], [2, 2])))
  const values = [...(await product.data())]
  product.dispose()
  return [19, 22, 43, 50].every((value, index) => Math.abs(value - (values[index] ?? Number.NaN)) < 1e-3)
}
