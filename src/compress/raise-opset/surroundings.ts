import { type GraphProto, type ModelProto, TensorProto_DataType as DataType, type TensorProto } from 'onnx-buf'
import { intOf } from '../../onnx/attributes.ts'
import { eachGraph, findUses, isOperator } from '../../onnx/graph.ts'
import { modelTensors } from '../../onnx/model-tensors.ts'
import type { Scope } from '../../onnx/scopes.ts'
import { isExternal, makeTensor, readTensor } from '../../onnx/tensor.ts'

/** What is known around a node. */
export interface Surroundings {
  readonly newName: (wanted: string) => string
  /** Puts a weight into the graph, by a name like its own. */
  addWeight(tensor: TensorProto): string
  /**
   * The same of a number of the type that the model computes in.
   *
   * @throws CannotRaise when that may be another than float32
   */
  addFloat(name: string, value: number): string
  /** The numbers of a weight. */
  readWeight(name: string): readonly number[] | undefined
  /** How many dimensions a value has, if the model says so. */
  rankOf(name: string): number | undefined
  isUsed(name: string): boolean
}

/** Why an operator has no counterpart, as the end of a sentence about its node. */
export class CannotRaise extends Error {}

/** @param isPlain whether float32 is the only type of floats that the model has */
export function surroundingsOf(scope: Scope, isPlain: boolean, newName: (wanted: string) => string): Surroundings {
  const { graph } = scope
  const uses = findUses(graph)
  const outputs = new Set(graph.output.map(({ name }) => name))
  const ranks = findRanks(graph)
  const addWeight = (tensor: TensorProto) => {
    tensor.name = newName(tensor.name)
    graph.initializer.push(tensor)
    return tensor.name
  }
  return {
    newName,
    addWeight,
    addFloat(name, value) {
      if (!isPlain) throw new CannotRaise('needs a number of its own type, and the model has floats of several')
      return addWeight(makeTensor(name, DataType.FLOAT, [], [value]))
    },
    readWeight(name) {
      const weight = scope.findWeight(name)
      return weight === undefined || isExternal(weight)
        ? undefined
        : Array.from<number | bigint, number>(readTensor(weight), Number)
    },
    rankOf: (name) => ranks.get(name) ?? scope.findWeight(name)?.dims.length,
    isUsed: (name) => uses.has(name) || outputs.has(name),
  }
}

function findRanks({ input, output, valueInfo }: GraphProto): ReadonlyMap<string, number> {
  const ranks = new Map<string, number>()
  for (const { name, type } of [...input, ...output, ...valueInfo]) {
    const shape = type?.value.case === 'tensorType' ? type.value.value.shape : undefined
    if (shape !== undefined) ranks.set(name, shape.dim.length)
  }
  return ranks
}

const otherFloats = new Set<number>([DataType.FLOAT16, DataType.DOUBLE, DataType.BFLOAT16])

/** Whether nothing in a model says that it computes in floats other than float32. */
export function isFloat32Only(model: ModelProto): boolean {
  if (modelTensors(model).some(({ dataType }) => otherFloats.has(dataType))) return false
  return (model.graph === undefined ? [] : eachGraph(model.graph)).every(({ input, output, valueInfo, node }) => {
    const values = [...input, ...output, ...valueInfo]
    const isOther = values.some(
      ({ type }) => type?.value.case === 'tensorType' && otherFloats.has(type.value.value.elemType),
    )
    return !isOther && !node.some((each) => isOperator(each, 'Cast') && otherFloats.has(intOf(each, 'to', 0)))
  })
}
