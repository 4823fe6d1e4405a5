import type { StoredTensor } from './model-file.ts'
import { type ByteRange, type Field, type MessageReader, parseVarint } from './protobuf-fields.ts'
import { findValueBytes } from './tensor-values.ts'

/** TensorProto.DataType, by the names that safetensors has for them where it has any. */
const dataTypes =
  'UNDEFINED F32 U8 I8 U16 I16 I32 I64 STRING BOOL F16 F64 U32 U64 C64 C128 BF16 F8_E4M3 F8_E4M3FNUZ F8_E5M2 F8_E5M2FNUZ U4 I4 F4_E2M1'.split(
    ' ',
  )
const maxDimensions = 64

/** A TensorProto. Its values are plain where they lie in one piece as they are in memory: `raw_data`, or packed floats. */
export async function readOnnxTensor(
  reader: MessageReader,
  range: ByteRange,
): Promise<{ readonly name: string; readonly tensor: StoredTensor }> {
  const shape: number[] = []
  const pieces: Field[] = []
  const external: string[] = []
  let [name, typeNumber, isExternal] = ['', 0, false]
  await reader.visit(range, async (field) => {
    if (field.number === 1) await readDimensions(reader, field, shape)
    if (field.number === 2) typeNumber = field.value
    if (field.number === 8) name = await reader.text(field)
    if (field.number === 4 || field.number === 9 || field.number === 10) {
      if (pieces.length < 2) pieces.push(field)
    }
    if (field.number === 13) external.push(await readEntry(reader, field))
    if (field.number === 14) isExternal = field.value === 1
  })
  const dataType = dataTypes[typeNumber] ?? `type ${typeNumber}`
  const data = isExternal ? external.toSorted().join(', ') : placeOf(reader, range, pieces, dataType, shape)
  return { name, tensor: { dataType, shape, data } }
}

function placeOf(
  { source }: MessageReader,
  range: ByteRange,
  pieces: readonly Field[],
  dataType: string,
  shape: readonly number[],
) {
  const [piece, another] = pieces
  const count = shape.reduce((product, size) => product * size, 1)
  const length = piece === undefined ? 0 : piece.end - piece.start
  if (piece !== undefined && another === undefined && length === count * (findValueBytes(dataType) ?? Number.NaN)) {
    return { source, offset: piece.start, length, isPlain: true }
  }
  return { source, offset: range.start, length: range.end - range.start, isPlain: false }
}

/** One number a field, or all of them packed in one. */
async function readDimensions(reader: MessageReader, field: Field, shape: number[]): Promise<void> {
  if (!Number.isNaN(field.value)) {
    if (shape.length < maxDimensions) shape.push(field.value)
    return
  }
  const bytes = await reader.bytes(field, 10 * maxDimensions)
  let at = 0
  while (at < bytes.length && shape.length < maxDimensions) {
    const varint = parseVarint(bytes, at, bytes.length)
    if (varint === undefined) return
    shape.push(varint.value)
    at = varint.end
  }
}

/** A StringStringEntryProto, as `location=weights.bin`. */
async function readEntry(reader: MessageReader, range: ByteRange): Promise<string> {
  const words: string[] = []
  await reader.visit(range, async (field) => {
    if (field.number <= 2) words.push(await reader.text(field))
  })
  return words.join('=')
}

/** A ValueInfoProto, its type as `F32[batch, 3, 224, 224]`; what is no tensor has the type `other`. */
export async function readValueType(
  reader: MessageReader,
  range: ByteRange,
): Promise<{ readonly name: string; readonly type: string }> {
  let name = ''
  let type = 'other'
  await reader.visit(range, async (field) => {
    if (field.number === 1) name = await reader.text(field)
    if (field.number !== 2) return
    await reader.visit(field, async (kind) => {
      if (kind.number === 1) type = await readTensorType(reader, kind)
    })
  })
  return { name, type }
}

async function readTensorType(reader: MessageReader, range: ByteRange): Promise<string> {
  let typeNumber = 0
  let dimensions: string[] | undefined
  await reader.visit(range, async (field) => {
    if (field.number === 1) typeNumber = field.value
    if (field.number !== 2) return
    dimensions = []
    await reader.visit(field, async (dimension) => {
      if (dimension.number !== 1) return
      let text = '?'
      await reader.visit(dimension, async (size) => {
        if (size.number === 1) text = String(size.value)
        if (size.number === 2) text = await reader.text(size)
      })
      if ((dimensions?.length ?? 0) < maxDimensions) dimensions?.push(text)
    })
  })
  return `${dataTypes[typeNumber] ?? `type ${typeNumber}`}${dimensions === undefined ? '' : `[${dimensions.join(', ')}]`}`
}
