import { type NodeProto, TensorProto_DataType as DataType } from 'onnx-buf'
import { findAttribute, floatOf, intOf, textOf } from '../../onnx/attributes.ts'
import { intAttribute, makeNode, textAttribute } from '../../onnx/build-graph.ts'
import { copyMessage } from '../../onnx/edit-graph.ts'
import { makeTensor } from '../../onnx/tensor.ts'
import { CannotRaise, type Surroundings } from './surroundings.ts'

/** What changes for an operator at some version. */
export interface Adapter {
  /** The first version that has the operator as `adapt` makes it. */
  readonly since: number
  /**
   * Nodes that do in that version what the node has done before; the same node where nothing changes for it.
   *
   * @throws CannotRaise
   */
  adapt(node: NodeProto, around: Surroundings): readonly NodeProto[]
}

/**
 * Operators of ONNX whose form or meaning changed after version 7, up to 13. Those that only take more types, or have new
 * attributes with defaults that mean what was, are not here.
 *
 * @see https://github.com/onnx/onnx/blob/main/docs/Changelog.md
 */
export const adapters: ReadonlyMap<string, Adapter> = new Map<string, Adapter>([
  ['BatchNormalization', { since: 9, adapt: dropSpatial }],
  ['Scan', { since: 9, adapt: () => refuse('has another form since version 9') }],
  ['Upsample', { since: 10, adapt: upsampleToResize }],
  ['Slice', { since: 10, adapt: (node, around) => [intsToInputs(node, around, ['starts', 'ends', 'axes'])] }],
  ['TopK', { since: 10, adapt: topKInput }],
  ['Resize', { since: 11, adapt: resizeAsBefore }],
  ['Clip', { since: 11, adapt: clipInputs }],
  ['Pad', { since: 11, adapt: padInputs }],
  ['Scatter', { since: 11, adapt: (node) => [renamed(node, 'ScatterElements')] }],
  ['Dropout', { since: 12, adapt: dropRatio }],
  ['Squeeze', { since: 13, adapt: (node, around) => [intsToInputs(node, around, ['axes'])] }],
  ['Unsqueeze', { since: 13, adapt: (node, around) => [intsToInputs(node, around, ['axes'])] }],
  ['ReduceSum', { since: 13, adapt: (node, around) => [intsToInputs(node, around, ['axes'])] }],
  ['Split', { since: 13, adapt: (node, around) => [intsToInputs(node, around, ['split'])] }],
  ['Softmax', { since: 13, adapt: normalizeFlat }],
  ['LogSoftmax', { since: 13, adapt: normalizeFlat }],
  ['Hardmax', { since: 13, adapt: normalizeFlat }],
])

function refuse(why: string): never {
  throw new CannotRaise(why)
}

/** The node without some attributes, and with inputs behind its first. */
function changed(
  node: NodeProto,
  without: readonly string[],
  inputs: readonly string[] = node.input.slice(1),
): NodeProto {
  const copy = copyMessage(node)
  copy.attribute = node.attribute.filter(({ name }) => !without.includes(name))
  copy.input = [node.input[0] ?? '', ...inputs]
  while (copy.input.length > 1 && copy.input.at(-1) === '') copy.input.pop()
  return copy
}

function renamed(node: NodeProto, opType: string): NodeProto {
  const copy = copyMessage(node)
  copy.opType = opType
  return copy
}

/** Lists of integers that were attributes, as weights. */
function intsToInputs(node: NodeProto, around: Surroundings, names: readonly string[]): NodeProto {
  const inputs = names.map((name) => {
    const ints = findAttribute(node, name)?.ints
    return ints === undefined
      ? ''
      : around.addWeight(makeTensor(`${baseName(node)}_${name}`, DataType.INT64, [ints.length], ints))
  })
  return changed(node, names, inputs)
}

function baseName(node: NodeProto): string {
  return node.name || (node.output[0] ?? '')
}

function dropSpatial(node: NodeProto): readonly NodeProto[] {
  if (intOf(node, 'spatial', 1) === 0) return refuse('normalizes each place by itself, which no version since 9 does')
  return [changed(node, ['spatial'])]
}

/** The ratio matters in training alone. */
function dropRatio(node: NodeProto, around: Surroundings): readonly NodeProto[] {
  if (node.output.slice(1).some(around.isUsed)) return refuse('gives its mask, which has another type now')
  const plain = changed(node, ['ratio'])
  plain.output = node.output.slice(0, 1)
  return [plain]
}

function topKInput(node: NodeProto, around: Surroundings): readonly NodeProto[] {
  const k = around.addWeight(makeTensor(`${baseName(node)}_k`, DataType.INT64, [1], [intOf(node, 'k', 0)]))
  return [changed(node, ['k'], [k])]
}

function clipInputs(node: NodeProto, around: Surroundings): readonly NodeProto[] {
  const [least, greatest] = ['min', 'max'].map((name) =>
    findAttribute(node, name) === undefined ? '' : around.addFloat(`${baseName(node)}_${name}`, floatOf(node, name, 0)),
  )
  return [changed(node, ['min', 'max'], [least ?? '', greatest ?? ''])]
}

function padInputs(node: NodeProto, around: Surroundings): readonly NodeProto[] {
  const value = floatOf(node, 'value', 0)
  const padded = intsToInputs(node, around, ['pads'])
  const inputs = value === 0 ? [] : [around.addFloat(`${baseName(node)}_value`, value)]
  return [changed(padded, ['value'], [...padded.input.slice(1), ...inputs])]
}

function upsampleToResize(node: NodeProto, around: Surroundings): readonly NodeProto[] {
  const scales = findAttribute(node, 'scales')?.floats
  const resized = renamed(changed(node, ['scales']), 'Resize')
  if (scales === undefined) return resizeAsBefore(resized, around)
  const weight = makeTensor(`${baseName(node)}_scales`, DataType.FLOAT, [scales.length], scales)
  resized.input[1] = around.addWeight(weight)
  return [countedFromCorner(resized, scales)]
}

function resizeAsBefore(node: NodeProto, around: Surroundings): readonly NodeProto[] {
  return [countedFromCorner(node, around.readWeight(node.input[1] ?? ''))]
}

/** Places are counted from the corner, and the nearest is the one below, which is not what a Resize does by default. */
function countedFromCorner(node: NodeProto, scales: readonly number[] | undefined): NodeProto {
  const isNearest = textOf(node, 'mode', 'nearest') === 'nearest'
  if (isNearest && !scales?.every((scale) => scale >= 1)) {
    return refuse(
      'takes the nearest values of a picture that it may make smaller, which newer versions do in another way',
    )
  }
  const resized = changed(node, [], ['', node.input[1] ?? ''])
  resized.attribute.push(textAttribute('coordinate_transformation_mode', 'asymmetric'))
  if (isNearest) resized.attribute.push(textAttribute('nearest_mode', 'floor'))
  return resized
}

/** Before version 13 all dimensions from the axis on were one. */
function normalizeFlat(node: NodeProto, around: Surroundings): readonly NodeProto[] {
  const [input = ''] = node.input
  const [output = ''] = node.output
  const axis = intOf(node, 'axis', 1)
  const rank = around.rankOf(input) ?? around.rankOf(output)
  const plain = changed(node, ['axis'])
  plain.attribute.push(intAttribute('axis', -1))
  if (axis === -1 || axis + 1 === rank) return [plain]
  const name = (what: string) => around.newName(`${baseName(node)}_${what}`)
  const [shape, flat, normal] = [name('shape'), name('flat'), name('normal')]
  plain.input = [flat]
  plain.output = [normal]
  return [
    makeNode('Shape', [input], [shape]),
    makeNode('Flatten', [input], [flat], [intAttribute('axis', axis)]),
    plain,
    makeNode('Reshape', [normal, shape], [output], [], { name: name('reshape') }),
  ]
}
