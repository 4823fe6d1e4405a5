import { RunwrightError } from '../../protocol/errors.ts'
import { isRecord, parseForeignJson } from '../../protocol/json.ts'
import type { ByteSource } from './byte-source.ts'
import { maxTensors, type ModelFile, type StoredTensor } from './model-file.ts'
import { findValueBytes } from './tensor-values.ts'

/** A model of a thousand tensors has 100 KB. The format itself allows 100 MB. */
const maxHeaderBytes = 16 << 20
const maxPropertyLength = 1000

/**
 * Reads the header of a safetensors file; values stay in the file.
 *
 * @throws BAD_REQUEST for a header that is too long or none, and for tensors that lie outside the file or
 *   are not as long as their shape says
 * @see https://github.com/huggingface/safetensors#format
 */
export async function readSafetensors(source: ByteSource, name: string): Promise<ModelFile> {
  const refuse = (what: string) => new RunwrightError('BAD_REQUEST', `${name} is no safetensors file: ${what}.`)
  const start = await source.read(0, 8)
  if (start.length < 8) throw refuse('it has no header')
  const headerBytes = Number(start.readBigUInt64LE(0))
  if (headerBytes > maxHeaderBytes)
    throw refuse(`its header would have ${headerBytes} bytes, of ${maxHeaderBytes} at most`)
  if (8 + headerBytes > source.sizeBytes) throw refuse('its header goes beyond its end')
  const header = parseForeignJson((await source.read(8, headerBytes)).toString('utf8'))
  if (!isRecord(header)) throw refuse('its header is no JSON object')
  const entries = Object.entries(header)
  if (entries.length > maxTensors) throw refuse(`it has more than ${maxTensors} tensors`)
  const tensors = new Map<string, StoredTensor>()
  for (const [key, value] of entries) {
    if (key === '__metadata__') continue
    const tensor = readTensor(value, source, 8 + headerBytes)
    if (typeof tensor === 'string') throw refuse(`its tensor ${JSON.stringify(key.slice(0, 200))} ${tensor}`)
    tensors.set(key, tensor)
  }
  return { properties: readMetadata(header), nodes: new Map(), tensors, notes: [] }
}

function readMetadata(header: Record<string, unknown>): ReadonlyMap<string, string> {
  const metadata = Object.hasOwn(header, '__metadata__') ? header['__metadata__'] : undefined
  return new Map(
    Object.entries(isRecord(metadata) ? metadata : {}).map(([key, value]) => [
      `metadata ${key}`,
      String(value).slice(0, maxPropertyLength),
    ]),
  )
}

/** What is wrong with it when it is none. */
function readTensor(value: unknown, source: ByteSource, dataStart: number): StoredTensor | string {
  if (!isRecord(value)) return 'is no object'
  const { dtype, shape, data_offsets: offsets } = value
  if (typeof dtype !== 'string' || !isListOfCounts(shape) || !isListOfCounts(offsets))
    return 'has no type, shape or place'
  const [begin, end] = offsets
  if (begin === undefined || end === undefined || begin > end) return 'has no place'
  if (dataStart + end > source.sizeBytes) return 'goes beyond the end of the file'
  const valueBytes = findValueBytes(dtype)
  const count = shape.reduce((product, size) => product * size, 1)
  if (valueBytes !== undefined && count * valueBytes !== end - begin) return 'is not as long as its shape says'
  const data = { source, offset: dataStart + begin, length: end - begin, isPlain: valueBytes !== undefined }
  return { dataType: dtype.slice(0, 40), shape, data }
}

function isListOfCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.length <= 64 && value.every((each) => Number.isSafeInteger(each) && each >= 0)
}
