import { join } from 'node:path'
import { type NodeProto, TensorProto_DataType as DataType, type TensorProto } from 'onnx-buf'
import { createRandom, drawNormal } from '../../src/base/seeded-random.ts'
import { intAttribute, makeGraph, makeModel, makeNode, makeValue } from '../../src/onnx/build-graph.ts'
import { createExternalData } from '../../src/onnx/external-data.ts'
import { writeModelFile } from '../../src/onnx/model-file.ts'
import { makeTensor } from '../../src/onnx/tensor.ts'

export interface LargeModelSize {
  readonly words: number
  readonly width: number
  readonly blocks: number
}

/** Rows that are drawn; larger matrices have them again, each time begun at another place and turned otherwise. */
const drawnNumbers = 1 << 20

/**
 * Writes a model as large as a small language model, with its weights in a file beside it: words `x` [batch, length] from
 * a table, then blocks of a normalization, a product to four times the width, a Relu and a product back, to which their
 * input is added; `y` [batch, length, width] is normalized. Its weights are as those of a net when its training begins,
 * the same each time.
 *
 * @returns the path of the model
 */
export async function writeLargeModel(folder: string, { words, width, blocks }: LargeModelSize): Promise<string> {
  const path = join(folder, 'large.onnx')
  await using file = await createExternalData(join(folder, 'large.weights'))
  const random = createRandom(1)
  const drawn = Float32Array.from({ length: drawnNumbers }, () => drawNormal(random))
  const weights: TensorProto[] = []
  const add = async (name: string, dims: readonly number[], scale: number) => {
    const tensor = makeTensor(name, DataType.FLOAT, dims, spread(drawn, dims, scale, random))
    weights.push(await file.write(tensor, tensor.rawData))
  }
  const addRow = (name: string, value: number) =>
    weights.push(makeTensor(name, DataType.FLOAT, [width], new Float32Array(width).fill(value)))
  addRow('ones', 1)
  addRow('zeros', 0)
  await add('table', [words, width], 1)
  const nodes = [makeNode('Gather', ['table', 'x'], ['h0'])]
  for (let block = 0; block < blocks; block++) {
    await add(`up${block}`, [width, 4 * width], 1 / Math.sqrt(width))
    await add(`down${block}`, [4 * width, width], 1 / Math.sqrt(4 * width))
    nodes.push(...blockNodes(block))
  }
  nodes.push(makeNode('LayerNormalization', [`h${blocks}`, 'ones', 'zeros'], ['y'], [intAttribute('axis', -1)]))
  await file.finish()
  const graph = makeGraph({
    name: 'large',
    inputs: [makeValue('x', DataType.INT64, ['batch', 'length'])],
    outputs: [makeValue('y', DataType.FLOAT, ['batch', 'length', width])],
    nodes,
    weights,
  })
  await writeModelFile(makeModel(graph), path)
  return path
}

function blockNodes(block: number): readonly NodeProto[] {
  const name = (part: string) => `${part}${block}`
  return [
    makeNode('LayerNormalization', [name('h'), 'ones', 'zeros'], [name('n')], [intAttribute('axis', -1)]),
    makeNode('MatMul', [name('n'), name('up')], [name('wide')]),
    makeNode('Relu', [name('wide')], [name('cut')]),
    makeNode('MatMul', [name('cut'), name('down')], [name('back')]),
    makeNode('Add', [name('back'), name('h')], [`h${block + 1}`]),
  ]
}

/** To draw 670 million numbers would take longer than what is measured. */
function spread(drawn: Float32Array, dims: readonly number[], scale: number, random: () => number) {
  const values = new Float32Array(dims.reduce((product, dim) => product * dim, 1))
  for (let at = 0; at < values.length;) {
    const start = Math.floor(random() * drawn.length)
    const factor = random() < 0.5 ? scale : -scale
    const part = drawn.subarray(start, start + values.length - at)
    for (let index = 0; index < part.length; index++) values[at + index] = (part[index] ?? 0) * factor
    at += part.length
  }
  return values
}
