import { TensorProto_DataType as DataType, type ModelProto } from 'onnx-buf'
import { makeGraph, makeModel, makeNode, makeValue } from '../../src/onnx/build-graph.ts'
import { describeGraphs } from '../../src/onnx/describe-graph.ts'
import { describeModel } from '../../src/onnx/describe-model.ts'
import type { ShownModel } from '../../src/protocol/model-page-messages.ts'

/** As `model show --graph --json` prints it. */
export function showModel(model: ModelProto): ShownModel {
  // SAFETY: a copy by way of JSON, of what can be written as JSON.
  return JSON.parse(JSON.stringify({ ...describeModel(model), ...describeGraphs(model) })) as ShownModel
}

const [x, y] = [makeValue('x', DataType.FLOAT, ['N']), makeValue('y', DataType.FLOAT, ['N'])]

/** A net of blocks that are four nodes wide, with what a block takes added to what it makes. */
export function deepModel(blocks: number): ModelProto {
  const nodes = Array.from({ length: blocks }, (_, block) => {
    const [from, to] = [block === 0 ? 'x' : `b${block - 1}`, block === blocks - 1 ? 'y' : `b${block}`]
    const branches = ['Relu', 'Abs', 'Neg', 'Exp'].map((operator) =>
      makeNode(operator, [from], [`${operator}${block}`], [], { name: `block${block}/${operator}` }),
    )
    const sum = ['Relu', 'Abs', 'Neg', 'Exp'].map((operator) => `${operator}${block}`)
    return [...branches, makeNode('Sum', [from, ...sum], [to], [], { name: `block${block}/Sum` })]
  })
  return makeModel(makeGraph({ name: 'deep', inputs: [x], outputs: [y], nodes: nodes.flat() }))
}

/** One whose nodes take values from one another in a circle. */
export function circularModel(): ModelProto {
  const nodes = [makeNode('Add', ['x', 'b'], ['a']), makeNode('Relu', ['a'], ['b']), makeNode('Relu', ['b'], ['y'])]
  return makeModel(makeGraph({ name: 'circle', inputs: [x], outputs: [y], nodes }))
}
