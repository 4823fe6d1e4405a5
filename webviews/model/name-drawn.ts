import type { DrawnNode } from './drawn-graph.ts'
import { weightBytes } from './drawn-graph.ts'
import { sizeText, text } from './texts.ts'

/** Operators that work on integers, or lead to and from them. */
const integerOperator = /(Quantize|QLinear|Integer|QGemm|QAttention|NBits)/

/** What is written in the box of a node. */
export function describeDrawn(drawn: DrawnNode | undefined): {
  readonly title: string
  readonly detail: string
  readonly className: string
} {
  if (drawn === undefined) return { title: '', detail: '', className: '' }
  if (drawn.kind !== 'node') {
    const { kind, name, type, shape } = drawn
    return { title: text(`graph.${kind}`, { name }), detail: `${type} ${shape}`, className: 'value' }
  }
  const { node } = drawn
  const bytes = weightBytes(node)
  const size = bytes === 0 ? [] : [sizeText(bytes)]
  const kind = integerOperator.test(node.operator) ? 'integers' : bytes > 0 ? 'weighs' : 'plain'
  return { title: node.operator, detail: [...size, nameNode(node)].join(' · '), className: kind }
}

/** A node's name, else that of what it makes. */
export function nameNode({ name, outputs }: { readonly name: string; readonly outputs: readonly string[] }): string {
  return name || (outputs.find((output) => output !== '') ?? '')
}
