import type { AttributeProto, NodeProto } from 'onnx-buf'

/** An attribute of a node by its name. */
export function findAttribute({ attribute }: Pick<NodeProto, 'attribute'>, name: string): AttributeProto | undefined {
  return attribute.find((each) => each.name === name)
}

/** An integer, or what its operator takes without it. */
export function intOf(node: Pick<NodeProto, 'attribute'>, name: string, fallback: number): number {
  const found = findAttribute(node, name)
  return found === undefined ? fallback : Number(found.i)
}

/** A float, or what its operator takes without it. */
export function floatOf(node: Pick<NodeProto, 'attribute'>, name: string, fallback: number): number {
  return findAttribute(node, name)?.f ?? fallback
}

/** A text, or what its operator takes without it. */
export function textOf(node: Pick<NodeProto, 'attribute'>, name: string, fallback: string): string {
  const found = findAttribute(node, name)
  return found === undefined ? fallback : Buffer.from(found.s).toString('utf8')
}
