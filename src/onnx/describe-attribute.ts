import { type AttributeProto, AttributeProto_AttributeType as AttributeType, type TensorProto } from 'onnx-buf'
import { nameElementType } from './element-types.ts'
import { describeType } from './value-type.ts'

/** Items of a list and characters of a text that are shown. */
const maxItems = 32
const maxCharacters = 300

/** What an attribute is, in a line; long ones are cut. */
export function describeAttribute(attribute: AttributeProto): string {
  if (attribute.refAttrName !== '') return `attribute ${attribute.refAttrName} of the function`
  switch (attribute.type) {
    case AttributeType.FLOAT:
      return String(shorten(attribute.f))
    case AttributeType.INT:
      return String(attribute.i)
    case AttributeType.STRING:
      return describeText(attribute.s)
    case AttributeType.FLOATS:
      return describeList(attribute.floats, shorten)
    case AttributeType.INTS:
      return describeList(attribute.ints, String)
    case AttributeType.STRINGS:
      return describeList(attribute.strings, describeText)
    case AttributeType.TENSOR:
      return attribute.t === undefined ? 'no tensor' : describeTensor(attribute.t)
    case AttributeType.TENSORS:
      return describeList(attribute.tensors, describeTensor)
    case AttributeType.GRAPH:
      return `graph of ${attribute.g?.node.length ?? 0} nodes`
    case AttributeType.GRAPHS:
      return describeList(attribute.graphs, ({ node }) => `graph of ${node.length} nodes`)
    case AttributeType.TYPE_PROTO:
      return describeType(attribute.tp).type
    default:
      return AttributeType[attribute.type]?.toLowerCase().replaceAll('_', ' ') ?? `type ${attribute.type}`
  }
}

/** As many digits as a 32-bit float has. */
function shorten(value: number): number {
  return Number(value.toPrecision(7))
}

function describeText(bytes: Uint8Array): string {
  // A character has four bytes at most.
  const text = new TextDecoder().decode(bytes.subarray(0, 4 * maxCharacters))
  return text.length > maxCharacters || bytes.length > 4 * maxCharacters ? `${text.slice(0, maxCharacters)}…` : text
}

function describeList<Item>(items: readonly Item[], describe: (item: Item) => string | number): string {
  const shown = items.slice(0, maxItems).map(describe).join(', ')
  return items.length > maxItems ? `[${shown}, … ${items.length} in all]` : `[${shown}]`
}

function describeTensor({ dataType, dims }: TensorProto): string {
  return `${nameElementType(dataType)} ${describeList(dims, String)}`
}
