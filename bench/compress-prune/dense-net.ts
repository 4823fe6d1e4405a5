import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type ModelProto, TensorProto_DataType as DataType } from 'onnx-buf'
import { intAttribute, makeGraph, makeModel, makeNode, makeValue } from '../../src/onnx/build-graph.ts'
import { makeTensor, readTensor } from '../../src/onnx/tensor.ts'

/** A dense layer; `kernel` is [inputs, units], row by row. */
export interface DenseLayer {
  readonly inputs: number
  readonly units: number
  readonly kernel: Float32Array<ArrayBuffer>
  readonly bias: Float32Array<ArrayBuffer> | undefined
  readonly activation: 'linear' | 'relu' | 'softmax'
}

export type DenseNet = readonly DenseLayer[]

export function countParameters(net: DenseNet): number {
  return net.reduce((sum, { kernel, bias }) => sum + kernel.length + (bias?.length ?? 0), 0)
}

/** As `model.json` of TensorFlow.js has a layer. */
interface LayerConfig {
  readonly class_name: string
  readonly config: { readonly units: number; readonly activation: DenseLayer['activation']; readonly use_bias: boolean }
}

/** Reads `model.json` and `weights.bin` of a folder, as a run of the sample stores them. */
export async function readTensorflowNet(folder: string): Promise<DenseNet> {
  const { modelTopology, weightsManifest } = JSON.parse(await readFile(join(folder, 'model.json'), 'utf8'))
  const bytes = await readFile(join(folder, 'weights.bin'))
  const values = new Float32Array(new Uint8Array(bytes).buffer)
  const layers: readonly LayerConfig[] = modelTopology.config.layers
  const shapes: readonly { readonly shape: readonly number[] }[] = weightsManifest[0].weights
  let [at, weight] = [0, 0]
  const take = () => {
    const { shape } = shapes[weight++] ?? { shape: [0] }
    const size = shape.reduce((product, dim) => product * dim, 1)
    at += size
    return { shape, data: values.slice(at - size, at) }
  }
  return layers
    .filter(({ class_name: name }) => name === 'Dense')
    .map(({ config: { units, activation, use_bias: hasBias } }) => {
      const { shape, data } = take()
      return { inputs: shape[0] ?? 0, units, kernel: data, bias: hasBias ? take().data : undefined, activation }
    })
}

/** Writes what `readTensorflowNet` and TensorFlow.js read. */
export async function writeTensorflowNet(net: DenseNet, folder: string): Promise<void> {
  const layers = net.map(({ inputs, units, activation, bias }, index) => ({
    class_name: 'Dense',
    config: {
      name: `dense_${index}`,
      units,
      activation,
      use_bias: bias !== undefined,
      ...(index === 0 && { batch_input_shape: [null, inputs], dtype: 'float32' }),
    },
  }))
  const weights = net.flatMap(({ inputs, units, bias }, index) => [
    { name: `dense_${index}/kernel`, shape: [inputs, units], dtype: 'float32' },
    ...(bias === undefined ? [] : [{ name: `dense_${index}/bias`, shape: [units], dtype: 'float32' }]),
  ])
  const modelTopology = { class_name: 'Sequential', config: { name: 'net', layers } }
  const weightsManifest = [{ paths: ['weights.bin'], weights }]
  const values = net.flatMap(({ kernel, bias }) => [kernel, ...(bias === undefined ? [] : [bias])])
  await mkdir(folder, { recursive: true })
  await writeFile(
    join(folder, 'model.json'),
    JSON.stringify({ format: 'layers-model', modelTopology, weightsManifest }),
  )
  await writeFile(
    join(folder, 'weights.bin'),
    Buffer.concat(values.map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength))),
  )
}

/** `x` [batch, inputs] to `y` [batch, units of the last layer]. */
export function toOnnx(net: DenseNet): ModelProto {
  const nodes = net.flatMap(({ activation, bias }, index) => {
    const [from, to] = [index === 0 ? 'x' : `v${index - 1}`, index === net.length - 1 ? 'y' : `v${index}`]
    const inside = activation === 'linear' ? to : `h${index}`
    const layer =
      bias === undefined
        ? makeNode('MatMul', [from, `w${index}`], [inside])
        : makeNode('Gemm', [from, `w${index}`, `b${index}`], [inside])
    if (activation === 'linear') return [layer]
    if (activation === 'relu') return [layer, makeNode('Relu', [inside], [to])]
    return [layer, makeNode('Softmax', [inside], [to], [intAttribute('axis', -1)])]
  })
  const weights = net.flatMap(({ inputs, units, kernel, bias }, index) => [
    makeTensor(`w${index}`, DataType.FLOAT, [inputs, units], kernel),
    ...(bias === undefined ? [] : [makeTensor(`b${index}`, DataType.FLOAT, [units], bias)]),
  ])
  return makeModel(
    makeGraph({
      name: 'net',
      inputs: [makeValue('x', DataType.FLOAT, ['batch', net[0]?.inputs ?? 0])],
      outputs: [makeValue('y', DataType.FLOAT, ['batch', net.at(-1)?.units ?? 0])],
      nodes,
      weights,
    }),
  )
}

/** What `toOnnx` has written, and what passes that change dense layers have made of it. */
export function fromOnnx({ graph }: ModelProto): DenseNet {
  const weights = new Map((graph?.initializer ?? []).map((tensor) => [tensor.name, tensor]))
  const read = (name: string | undefined) => {
    const tensor = weights.get(name ?? '')
    if (tensor === undefined) return undefined
    return { dims: tensor.dims.map(Number), data: Float32Array.from(readTensor(tensor), Number) }
  }
  const net: DenseLayer[] = []
  for (const { opType, input } of graph?.node ?? []) {
    if (opType === 'Gemm' || opType === 'MatMul') {
      const { dims: [inputs = 0, units = 0] = [], data: kernel = new Float32Array() } = read(input[1]) ?? {}
      net.push({ inputs, units, kernel, bias: read(input[2])?.data, activation: 'linear' })
    } else {
      const last = net.pop()
      if (last === undefined || (opType !== 'Relu' && opType !== 'Softmax')) throw new Error(`${opType} is no layer.`)
      net.push({ ...last, activation: opType === 'Relu' ? 'relu' : 'softmax' })
    }
  }
  return net
}
