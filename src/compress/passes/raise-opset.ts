import type { ModelProto, NodeProto } from 'onnx-buf'
import { copyMessage, copyModel, createNames } from '../../onnx/edit-graph.ts'
import { isOnnxDomain, nameNode, opsetVersion } from '../../onnx/graph.ts'
import { graphScopes } from '../../onnx/scopes.ts'
import { definePass, notApplicable } from '../pass.ts'
import type { PassChange } from '../../protocol/compression.ts'
import { adapters } from '../raise-opset/adapters.ts'
import { CannotRaise, isFloat32Only, type Surroundings, surroundingsOf } from '../raise-opset/surroundings.ts'

const title = 'Newer operators'
const oldest = 7
const newest = 13

/**
 * Says a model in the operators of ONNX's version 13, the first in which each channel of a weight can have a scale of its
 * own. Outputs stay the same.
 *
 * @see https://github.com/onnx/onnx/blob/main/docs/VersionConverter.md
 */
export default definePass({
  name: 'raise-opset',
  title,
  summary: `Says a model of opset ${oldest} or newer in operators of opset ${newest}, which other passes need.`,
  options: {},
  needs: 'nothing',
  async apply(model) {
    const opset = opsetVersion(model) ?? 0
    if (opset >= newest) throw notApplicable(title, `it is of opset ${opset} already`)
    if (opset < oldest)
      throw notApplicable(
        title,
        `it is of opset ${opset}, and ${oldest} is the oldest that ONNX Runtime promises to run`,
      )
    const draft = copyModel(model)
    const changes = raiseNodes(draft, opset)
    draft.opsetImport = draft.opsetImport.map((each) => {
      if (!isOnnxDomain(each.domain)) return each
      const raised = copyMessage(each)
      raised.version = BigInt(newest)
      return raised
    })
    const whole = {
      name: draft.graph?.name ?? '',
      what: 'raised',
      from: `opset ${opset}`,
      to: `opset ${newest}`,
      bytesBefore: 0,
      bytesAfter: 0,
    }
    return { model: draft, changes: [whole, ...changes], bound: 1e-6 }
  },
})

function raiseNodes(draft: ModelProto, opset: number): readonly PassChange[] {
  const changes: PassChange[] = []
  const newName = createNames(draft)
  const isPlain = isFloat32Only(draft)
  for (const scope of draft.graph === undefined ? [] : graphScopes(draft.graph)) {
    const around = surroundingsOf(scope, isPlain, newName)
    scope.graph.node = scope.graph.node.flatMap((node) => {
      const raised = raiseNode(node, opset, around)
      if (raised === undefined) return [node]
      const to = raised.map(({ opType }) => opType).join(', ')
      changes.push({
        name: nameNode(node),
        what: 'said in newer operators',
        from: node.opType,
        to,
        bytesBefore: 0,
        bytesAfter: 0,
      })
      return [...raised]
    })
  }
  return changes
}

/** Undefined for a node that means the same in the newer version. */
function raiseNode(node: NodeProto, opset: number, around: Surroundings): readonly NodeProto[] | undefined {
  const adapter = isOnnxDomain(node.domain) ? adapters.get(node.opType) : undefined
  if (adapter === undefined || opset >= adapter.since) return undefined
  try {
    return adapter.adapt(node, around)
  } catch (error) {
    if (error instanceof CannotRaise) throw notApplicable(title, `${nameNode(node)} ${error.message}`)
    throw error
  }
}
