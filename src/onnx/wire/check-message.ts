import { type DescField, type DescMessage, ScalarType } from '@bufbuild/protobuf'
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire'

/** Messages inside one another. A graph in a graph takes three (node, attribute, graph). */
const maxDepth = 64
/** Messages and unknown fields of a file; each is an object of some 300 bytes. The largest models have a million. */
const maxMessages = 2_000_000
/** Items of lists of numbers and texts; each 64-bit one takes some 60 bytes. Raw weights are none of them. */
const maxItems = 16_000_000

interface Check {
  readonly bytes: Uint8Array
  readonly reader: BinaryReader
  messages: number
  items: number
}

/**
 * Goes through the fields of a message without keeping any, so that what is then decoded has a bounded number of objects
 * and no length in it goes beyond its message. Bytes of weights are passed over.
 *
 * @throws Error whose message says, as the end of a sentence, what is wrong and at which byte
 */
export function checkMessage(desc: DescMessage, bytes: Uint8Array): void {
  checkFields({ bytes, reader: new BinaryReader(bytes), messages: 0, items: 0 }, desc, bytes.length, 1)
}

function checkFields(check: Check, desc: DescMessage, end: number, depth: number): void {
  if (depth > maxDepth) throw new Error(`its parts lie more than ${maxDepth} deep in one another`)
  countMessage(check)
  const { reader } = check
  const known = fieldsOf(desc)
  while (reader.pos < end) {
    const start = reader.pos
    const [number, wireType] = reader.tag()
    const field = known.get(number)
    if (wireType === WireType.LengthDelimited) checkLengthDelimited(check, { desc, field, number }, end, depth)
    else checkPlain(check, { desc, field, number }, wireType)
    if (reader.pos > end) throw new Error(`the field at byte ${start} goes beyond its ${desc.name}`)
  }
}

interface Place {
  readonly desc: DescMessage
  readonly field: DescField | undefined
  readonly number: number
}

function checkLengthDelimited(check: Check, { desc, field, number }: Place, end: number, depth: number): void {
  const { reader } = check
  const length = reader.uint32()
  const start = reader.pos
  if (length > end - start) {
    const what = field === undefined ? `field ${number}` : `"${field.name}"`
    throw new Error(`${what} of ${desc.name} claims ${length} bytes at byte ${start} where ${end - start} are left`)
  }
  const child = field?.message
  if (field === undefined) countMessage(check)
  else if (child) return checkFields(check, child, start + length, depth + 1)
  else if (isPacked(field)) countItems(check, packedCount(field, check.bytes, start, length))
  else if (typeOf(field) === WireType.LengthDelimited) countItems(check, field.fieldKind === 'list' ? 1 : 0)
  else throw wrongKind(desc, field, start)
  reader.pos = start + length
}

function checkPlain(check: Check, { desc, field, number }: Place, wireType: WireType): void {
  const { reader } = check
  if (field === undefined) countMessage(check)
  else if (typeOf(field) !== wireType) throw wrongKind(desc, field, reader.pos)
  else if (field.fieldKind === 'list') countItems(check, 1)
  reader.skip(wireType, number)
}

function wrongKind(desc: DescMessage, field: DescField, at: number): Error {
  return new Error(`"${field.name}" of ${desc.name} has a value of another kind at byte ${at}`)
}

function countMessage(check: Check): void {
  check.messages += 1
  if (check.messages > maxMessages) throw new Error(`it has more than ${maxMessages} parts`)
}

function countItems(check: Check, count: number): void {
  check.items += count
  if (check.items > maxItems) throw new Error(`it has more than ${maxItems} numbers and texts that are not raw data`)
}

function isPacked(field: DescField): boolean {
  return field.fieldKind === 'list' && typeOf(field) !== WireType.LengthDelimited
}

/** Numbers in a packed list: a varint ends with the byte that has no high bit. */
function packedCount(field: DescField, bytes: Uint8Array, start: number, length: number): number {
  const type = typeOf(field)
  if (type === WireType.Bit32 || type === WireType.Bit64) {
    const width = type === WireType.Bit32 ? 4 : 8
    if (length % width !== 0)
      throw new Error(`"${field.name}" has ${length} bytes at byte ${start}, which is no whole number of values`)
    return length / width
  }
  if (length === 0) return 0
  if ((bytes[start + length - 1] ?? 0) >= 0x80)
    throw new Error(`"${field.name}" ends within a number at byte ${start + length}`)
  let count = 0
  for (let at = start; at < start + length; at += 1) if ((bytes[at] ?? 0) < 0x80) count += 1
  return count
}

/** How the values of a field stand in a file. */
function typeOf(field: DescField): WireType {
  if (field.message) return WireType.LengthDelimited
  if (field.fieldKind === 'enum' || (field.fieldKind === 'list' && field.listKind === 'enum')) return WireType.Varint
  switch (field.scalar) {
    case ScalarType.STRING:
    case ScalarType.BYTES:
      return WireType.LengthDelimited
    case ScalarType.FLOAT:
    case ScalarType.FIXED32:
    case ScalarType.SFIXED32:
      return WireType.Bit32
    case ScalarType.DOUBLE:
    case ScalarType.FIXED64:
    case ScalarType.SFIXED64:
      return WireType.Bit64
    default:
      return WireType.Varint
  }
}

const fieldsByMessage = new WeakMap<DescMessage, ReadonlyMap<number, DescField>>()

function fieldsOf(desc: DescMessage): ReadonlyMap<number, DescField> {
  const known = fieldsByMessage.get(desc) ?? new Map(desc.fields.map((field) => [field.number, field]))
  fieldsByMessage.set(desc, known)
  return known
}
