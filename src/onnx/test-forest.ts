import { create } from '@bufbuild/protobuf'
import {
  type AttributeProto,
  AttributeProto_AttributeType as AttributeType,
  AttributeProtoSchema,
  type ModelProto,
  OperatorSetIdProtoSchema,
  TensorProto_DataType as DataType,
} from 'onnx-buf'
import {
  floatsAttribute,
  intsAttribute,
  makeGraph,
  makeModel,
  makeNode,
  makeValue,
  textAttribute,
} from './build-graph.ts'

const textsAttribute = (name: string, texts: readonly string[]): AttributeProto =>
  create(AttributeProtoSchema, {
    name,
    strings: texts.map((text) => new TextEncoder().encode(text)),
    type: AttributeType.STRINGS,
  })

/** As a forest of scikit-learn or XGBoost is exported: `x` [batch, 2] → the class and scores of two, by trees of one split. */
export function forestModel(): ModelProto {
  const trees = [0, 1, 2]
  const ofNodes = <T>(split: (tree: number) => T, leaf: T) => trees.flatMap((tree) => [split(tree), leaf, leaf])
  const leaves = trees.flatMap((tree) => [
    [tree, 1, 0],
    [tree, 2, 1],
  ])
  const node = makeNode(
    'TreeEnsembleClassifier',
    ['x'],
    ['label', 'scores'],
    [
      intsAttribute(
        'nodes_treeids',
        trees.flatMap((tree) => [tree, tree, tree]),
      ),
      intsAttribute(
        'nodes_nodeids',
        ofNodes(() => 0, 0).map((_, at) => at % 3),
      ),
      intsAttribute(
        'nodes_featureids',
        ofNodes((tree) => tree % 2, 0),
      ),
      floatsAttribute(
        'nodes_values',
        ofNodes((tree) => tree / 4 - 0.25, 0),
      ),
      textsAttribute(
        'nodes_modes',
        ofNodes(() => 'BRANCH_LEQ', 'LEAF'),
      ),
      intsAttribute(
        'nodes_truenodeids',
        ofNodes(() => 1, 0),
      ),
      intsAttribute(
        'nodes_falsenodeids',
        ofNodes(() => 2, 0),
      ),
      intsAttribute(
        'class_treeids',
        leaves.map(([tree = 0]) => tree),
      ),
      intsAttribute(
        'class_nodeids',
        leaves.map(([, id = 0]) => id),
      ),
      intsAttribute(
        'class_ids',
        leaves.map(([, , label = 0]) => label),
      ),
      floatsAttribute(
        'class_weights',
        leaves.map(() => 1 / 3),
      ),
      intsAttribute('classlabels_int64s', [0, 1]),
      textAttribute('post_transform', 'NONE'),
    ],
    { domain: 'ai.onnx.ml' },
  )
  const model = makeModel(
    makeGraph({
      name: 'forest',
      inputs: [makeValue('x', DataType.FLOAT, ['batch', 2])],
      outputs: [makeValue('label', DataType.INT64, ['batch']), makeValue('scores', DataType.FLOAT, ['batch', 2])],
      nodes: [node],
    }),
  )
  model.opsetImport.push(create(OperatorSetIdProtoSchema, { domain: 'ai.onnx.ml', version: 3n }))
  return model
}
