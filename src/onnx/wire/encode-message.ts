import { type DescField, type DescMessage, type Message, ScalarType } from '@bufbuild/protobuf'
import { reflect, type ReflectList, type ReflectMessage, type ScalarValue } from '@bufbuild/protobuf/reflect'
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire'

/** Bytes of this length and more are passed on as they are; shorter ones are gathered in blocks. */
const wholeBytes = 4096
const blockBytes = 1 << 16

/**
 * A message as pieces of its bytes, in order. The pieces of weights are views of what the message has, so a large model
 * is written without being there a second time. Fields stand in the order of their numbers, unknown ones last, as
 * Google's writers have them.
 *
 * It is written from its end to its beginning: by the time a length is written, what it counts is there.
 */
export function encodeMessage(desc: DescMessage, message: Message): readonly Uint8Array[] {
  const out = createBackwards()
  writeFields(out, reflect(desc, message, false))
  return out.finish()
}

interface Backwards {
  readonly writer: BinaryWriter
  /** Bytes so far. */
  length: number
  /** Puts bytes before those that are there. */
  put(bytes: Uint8Array): void
  finish(): readonly Uint8Array[]
}

function createBackwards(): Backwards {
  const pieces: Uint8Array[] = []
  let block = new Uint8Array(blockBytes)
  let free = blockBytes

  function closeBlock(): void {
    if (free < block.length) pieces.push(block.subarray(free))
    block = free === 0 ? new Uint8Array(blockBytes) : block.subarray(0, free)
    free = block.length
  }

  return {
    writer: new BinaryWriter(),
    length: 0,
    put(bytes) {
      this.length += bytes.length
      if (bytes.length >= wholeBytes) {
        closeBlock()
        pieces.push(bytes)
        return
      }
      if (bytes.length > free) {
        closeBlock()
        block = new Uint8Array(blockBytes)
        free = blockBytes
      }
      free -= bytes.length
      block.set(bytes, free)
    },
    finish() {
      closeBlock()
      return pieces.toReversed()
    },
  }
}

function writeFields(out: Backwards, message: ReflectMessage): void {
  for (const { no, wireType, data } of message.getUnknown()?.toReversed() ?? []) {
    out.put(data)
    out.put(out.writer.tag(no, wireType).finish())
  }
  for (const field of fieldsBackwards(message.desc)) {
    if (message.isSet(field)) writeField(out, message, field)
  }
}

function writeField(out: Backwards, message: ReflectMessage, field: DescField): void {
  switch (field.fieldKind) {
    case 'message':
      return writeChild(out, field, message.get(field))
    case 'enum':
      return out.put(out.writer.tag(field.number, WireType.Varint).int32(message.get(field)).finish())
    case 'scalar':
      return writeScalar(out, field.number, field.scalar, message.get(field))
    case 'list':
      return writeList(out, field, message.get(field))
    case 'map':
      throw new TypeError(`ONNX has no maps, but ${field.toString()} is one.`)
  }
}

function writeChild(out: Backwards, field: DescField, child: ReflectMessage): void {
  const behind = out.length
  writeFields(out, child)
  out.put(
    out.writer
      .tag(field.number, WireType.LengthDelimited)
      .uint32(out.length - behind)
      .finish(),
  )
}

function writeList(out: Backwards, field: DescField & { fieldKind: 'list' }, list: ReflectList): void {
  if (field.listKind === 'message') {
    for (let index = list.size - 1; index >= 0; index -= 1) {
      const child = list.get(index)
      // SAFETY: the items of a list of messages are messages.
      writeChild(out, field, child as ReflectMessage)
    }
    return
  }
  if (field.listKind === 'enum') throw new TypeError(`ONNX has no lists of enums, but ${field.toString()} is one.`)
  // SAFETY: the items of the other lists are scalars.
  const at = (index: number) => list.get(index) as ScalarValue
  if (field.scalar === ScalarType.BYTES || field.scalar === ScalarType.STRING) {
    for (let index = list.size - 1; index >= 0; index -= 1) writeScalar(out, field.number, field.scalar, at(index))
    return
  }
  const { writer } = out
  if (field.packed) writer.tag(field.number, WireType.LengthDelimited).fork()
  for (let index = 0; index < list.size; index += 1) {
    if (!field.packed) writer.tag(field.number, wireTypes.get(field.scalar) ?? WireType.Varint)
    appendNumber(writer, field.scalar, at(index))
  }
  if (field.packed) writer.join()
  out.put(writer.finish())
}

function writeScalar(out: Backwards, number: number, type: ScalarType, value: ScalarValue): void {
  const { writer } = out
  if (value instanceof Uint8Array) {
    out.put(value)
    out.put(writer.tag(number, WireType.LengthDelimited).uint32(value.length).finish())
    return
  }
  writer.tag(number, wireTypes.get(type) ?? WireType.Varint)
  if (typeof value === 'string' && type === ScalarType.STRING) writer.string(value)
  else appendNumber(writer, type, value)
  out.put(writer.finish())
}

const wireTypes: ReadonlyMap<ScalarType, WireType> = new Map([
  [ScalarType.STRING, WireType.LengthDelimited],
  [ScalarType.FLOAT, WireType.Bit32],
  [ScalarType.DOUBLE, WireType.Bit64],
])

/** ONNX has numbers of these types only. */
function appendNumber(writer: BinaryWriter, type: ScalarType, value: ScalarValue): void {
  if (typeof value === 'bigint') {
    if (type === ScalarType.INT64) return void writer.int64(value)
    if (type === ScalarType.UINT64) return void writer.uint64(value)
  }
  if (typeof value === 'number') {
    if (type === ScalarType.INT32) return void writer.int32(value)
    if (type === ScalarType.FLOAT) return void writer.float(value)
    if (type === ScalarType.DOUBLE) return void writer.double(value)
  }
  throw new TypeError(`ONNX has no ${typeof value} of type ${ScalarType[type]}.`)
}

const orders = new WeakMap<DescMessage, readonly DescField[]>()

function fieldsBackwards(desc: DescMessage): readonly DescField[] {
  const order = orders.get(desc) ?? desc.fields.toSorted((a, b) => b.number - a.number)
  orders.set(desc, order)
  return order
}
