import { createHash } from 'node:crypto'
import { fromBinary } from '@bufbuild/protobuf'
import { type ModelProto, ModelProtoSchema } from 'onnx-buf'
import { RunwrightError } from '../protocol/errors.ts'
import { checkMessage } from './wire/check-message.ts'
import { encodeMessage } from './wire/encode-message.ts'

/** A protobuf file has less than 2 GiB; a larger model keeps its weights in files beside it. */
export const maxModelBytes = 2 ** 31 - 1

/** What a file is that has its fields in an order or a form of its own, for as long as nothing is changed in it. */
interface Unusual {
  readonly bytes: Uint8Array
  readonly digest: string
}

const unusual = new WeakMap<ModelProto, Unusual>()

/**
 * Reads an ONNX model of the IR versions 1 to 13. Weights that are raw data stay views of `bytes`, which must not be
 * changed any more; so do fields that this version of ONNX does not know, and both are written again as they were.
 *
 * Tensors and nodes may be claimed by a stranger: `tensor.ts` and `graph.ts` check them where they are used.
 *
 * @param name names the file in errors
 * @throws BAD_REQUEST when it is no ONNX model, is cut off, or has more parts than memory should be given for
 * @see https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
 */
export function readModel(bytes: Uint8Array, name: string): ModelProto {
  if (bytes.length > maxModelBytes) throw tooLarge(name, bytes.length)
  const model = decode(bytes, name)
  if (model.graph === undefined) throw new RunwrightError('BAD_REQUEST', `${name} is no ONNX model: it has no graph.`)
  const pieces = encodeMessage(ModelProtoSchema, model)
  if (!isSame(pieces, bytes)) unusual.set(model, { bytes, digest: digest(pieces) })
  return model
}

/** The error for what has more bytes than an ONNX file can have. */
export function tooLarge(name: string, bytes: number): RunwrightError {
  return new RunwrightError('BAD_REQUEST', `${name} has ${bytes} bytes, and an ONNX file can have ${maxModelBytes}.`, {
    hint: 'Keep its weights in a file beside it (external data).',
  })
}

function decode(bytes: Uint8Array, name: string): ModelProto {
  try {
    checkMessage(ModelProtoSchema, bytes)
    // Views of a Buffer would be Buffers, whose `slice` makes no copy.
    return fromBinary(ModelProtoSchema, new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length))
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause
    const why = cause.message === 'premature EOF' ? 'it is cut off' : cause.message
    throw new RunwrightError('BAD_REQUEST', `${name} cannot be read as an ONNX model: ${why}.`, {
      cause,
      hint: 'Is the file complete, and is it ONNX?',
    })
  }
}

/**
 * The bytes of a model. One that was read and not changed gives the bytes of its file, in whatever form they were.
 *
 * @throws BAD_REQUEST when it has more than an ONNX file can have
 */
export function writeModel(model: ModelProto): Uint8Array<ArrayBuffer> {
  const pieces = modelPieces(model)
  const bytes = new Uint8Array(lengthOf(pieces))
  let at = 0
  for (const piece of pieces) {
    bytes.set(piece, at)
    at += piece.length
  }
  return bytes
}

/** The same in pieces, to be written one after the other; those of weights are views of what the model has. */
export function modelPieces(model: ModelProto): readonly Uint8Array[] {
  const pieces = encodeMessage(ModelProtoSchema, model)
  const length = lengthOf(pieces)
  if (length > maxModelBytes) throw tooLarge('The model', length)
  const read = unusual.get(model)
  return read !== undefined && digest(pieces) === read.digest ? [read.bytes] : pieces
}

/** What is a view of the very bytes is not compared with them. */
function isSame(pieces: readonly Uint8Array[], bytes: Uint8Array): boolean {
  let at = 0
  for (const piece of pieces) {
    const other = bytes.subarray(at, at + piece.length)
    const isView =
      piece.buffer === other.buffer && piece.byteOffset === other.byteOffset && piece.length === other.length
    if (!isView && Buffer.compare(piece, other) !== 0) return false
    at += piece.length
  }
  return at === bytes.length
}

function lengthOf(pieces: readonly Uint8Array[]): number {
  return pieces.reduce((sum, piece) => sum + piece.length, 0)
}

function digest(pieces: readonly Uint8Array[]): string {
  const hash = createHash('sha256')
  for (const piece of pieces) hash.update(piece)
  return hash.digest('base64')
}
