import { readFile, realpath, stat } from 'node:fs/promises'
import { dirname, isAbsolute, join, relative, sep } from 'node:path'
import { countElements, type NumericDtype, type TensorValue, toElements } from '../../onnx/tensor-value.ts'
import { isRecord, recordOf } from '../../protocol/json.ts'
import { RunwrightError } from '../../protocol/errors.ts'
import { isNumbers } from './net.ts'

const maxBytes = 2 ** 31 - 1

/**
 * The weights of a TensorFlow.js model by their names, from the files beside it. Those that were stored in fewer bits
 * become floats again.
 *
 * @param manifest `weightsManifest` of the model's JSON
 * @throws BAD_REQUEST for what is no manifest, files that are not in the folder of the model, or too short
 */
export async function readTfjsWeights(path: string, manifest: unknown): Promise<Map<string, TensorValue>> {
  if (!Array.isArray(manifest)) throw damaged('it names no weights')
  const weights = new Map<string, TensorValue>()
  for (const group of manifest) {
    if (!isRecord(group) || !Array.isArray(group['paths']) || !Array.isArray(group['weights'])) {
      throw damaged('its list of weights cannot be read')
    }
    const bytes = await readShards(path, group['paths'])
    let at = 0
    for (const entry of group['weights']) {
      const spec = parseSpec(entry)
      const length = countElements(spec.shape) * spec.itemBytes
      if (at + length > bytes.length) throw damaged(`the weights “${spec.name}” lie beyond the end of their files`)
      weights.set(spec.name, decode(spec, bytes.subarray(at, at + length)))
      at += length
    }
  }
  return weights
}

interface WeightSpec {
  readonly name: string
  readonly shape: readonly number[]
  readonly stored: NumericDtype
  readonly itemBytes: number
  /** What a stored integer stands for. */
  readonly scale: number
  readonly min: number
}

const itemBytes: ReadonlyMap<NumericDtype, number> = new Map([
  ['float32', 4],
  ['float16', 2],
  ['uint16', 2],
  ['uint8', 1],
])

function parseSpec(entry: unknown): WeightSpec {
  const { name, shape, dtype, quantization } = recordOf(entry)
  if (
    typeof name !== 'string' ||
    !isNumbers(shape) ||
    !shape.every((size) => Number.isSafeInteger(size) && size >= 0)
  ) {
    throw damaged('its list of weights cannot be read')
  }
  const packed = recordOf(quantization)
  const stored = [...itemBytes.keys()].find((each) => each === (packed['dtype'] ?? dtype))
  if (dtype !== 'float32' || stored === undefined) throw damaged(`the weights “${name}” are no floats`)
  const numberOr = (key: string, fallback: number) => (typeof packed[key] === 'number' ? packed[key] : fallback)
  return {
    name,
    shape,
    stored,
    itemBytes: itemBytes.get(stored) ?? 0,
    scale: numberOr('scale', 1),
    min: numberOr('min', 0),
  }
}

function decode({ shape, stored, scale, min }: WeightSpec, bytes: Uint8Array<ArrayBuffer>): TensorValue {
  // A copy begins where any type may begin.
  const elements = toElements(stored, bytes.slice())
  if (stored === 'float32') return { dtype: 'float32', dims: shape, data: elements }
  const numbers = stored === 'float16' ? new Float16Array(bytes.slice().buffer) : elements
  const values = Array.from<number | bigint, number>(numbers, Number)
  return { dtype: 'float32', dims: shape, data: Float32Array.from(values, (each) => each * scale + min) }
}

async function readShards(path: string, names: readonly unknown[]): Promise<Uint8Array<ArrayBuffer>> {
  const root = await realpath(dirname(path))
  const parts: Uint8Array[] = []
  let total = 0
  for (const name of names) {
    if (typeof name !== 'string' || isAbsolute(name)) throw damaged('a file of its weights has no relative path')
    const real = await realpath(join(root, name)).catch(() => undefined)
    if (real === undefined) throw damaged(`its weights are to lie in ${JSON.stringify(name)}, which is not there`)
    const [first = ''] = relative(root, real).split(sep)
    if (first === '' || first === '..' || isAbsolute(relative(root, real))) {
      throw damaged(`its weights are to lie in ${JSON.stringify(name)}, outside of its folder`)
    }
    const { size } = await stat(real)
    total += size
    if (total > maxBytes) throw damaged('its weights have more than 2 GiB')
    parts.push(await readFile(real))
  }
  return Buffer.concat(parts)
}

/** @param why goes on a sentence about the model */
export function damaged(why: string): RunwrightError {
  return new RunwrightError('BAD_REQUEST', `The TensorFlow.js model cannot be read: ${why}.`)
}
