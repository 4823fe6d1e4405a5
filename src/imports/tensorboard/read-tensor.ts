import { BinaryReader, WireType } from '@bufbuild/protobuf/wire'

/** The types that a number may have (tensorflow/core/framework/types.proto). */
const types = { float: 1, double: 2, int32: 3, int64: 9 } as const

/**
 * The number of a `TensorProto` that holds one; undefined for texts, for more than one number and for types that no
 * writer of scalars uses.
 */
export function readScalarTensor(bytes: Uint8Array): number | undefined {
  const reader = new BinaryReader(bytes)
  let type = 0
  let content: Uint8Array | undefined
  const listed: number[] = []
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag()
    if (field === 1 && wireType === WireType.Varint) type = reader.int32()
    else if (field === 4 && wireType === WireType.LengthDelimited) content = reader.bytes()
    else if (field === 5 || field === 6 || field === 7 || field === 10)
      listed.push(...readNumbers(reader, field, wireType))
    else reader.skip(wireType, field)
  }
  if (content !== undefined && content.length > 0) return readContent(content, type)
  return listed.length === 1 ? listed[0] : undefined
}

/** A field of `float_val`, `double_val`, `int_val` or `int64_val`: one number, or several packed. */
function readNumbers(reader: BinaryReader, field: 5 | 6 | 7 | 10, wireType: WireType): number[] {
  const readOne = (from: BinaryReader) => {
    if (field === 5) return from.float()
    if (field === 6) return from.double()
    return field === 7 ? from.int32() : Number(from.int64())
  }
  if (wireType !== WireType.LengthDelimited) return [readOne(reader)]
  const packed = new BinaryReader(reader.bytes())
  const numbers: number[] = []
  // More than one is as much as many.
  while (packed.pos < packed.len && numbers.length < 2) numbers.push(readOne(packed))
  return numbers
}

/** Little-endian, as it lies in memory. */
function readContent(content: Uint8Array, type: number): number | undefined {
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength)
  if (type === types.float && content.length === 4) return view.getFloat32(0, true)
  if (type === types.double && content.length === 8) return view.getFloat64(0, true)
  if (type === types.int32 && content.length === 4) return view.getInt32(0, true)
  return type === types.int64 && content.length === 8 ? Number(view.getBigInt64(0, true)) : undefined
}
