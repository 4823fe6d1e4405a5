import type { Feeds } from '../../onnx/session.ts'
import type { TensorValue } from '../../onnx/tensor-value.ts'

/** What transformers call the input that says which places of a text are words, and which only fill it up. */
const maskName = 'attention_mask'

type Outputs = ReadonlyMap<string, TensorValue>

/**
 * Outputs with zeros at the places that only fill a text up, where an input says which these are: what a model gives there
 * nobody reads, and it would count as much as what is read.
 *
 * @see Hugging Face's glossary, attention mask: 1 for what is attended to, 0 for padding; [samples, length]
 */
export function withoutPadding(feeds: Feeds, outputs: Outputs): Outputs {
  const mask = feeds.get(maskName)
  if (mask === undefined || mask.dtype === 'string' || mask.dims.length !== 2) return outputs
  const { dims, data } = mask
  const places = Array.from<number | bigint, boolean>(data, (value) => Number(value) === 0)
  if (!places.includes(true)) return outputs
  return new Map([...outputs].map(([name, value]) => [name, isAlong(value, dims) ? clear(value, places) : value]))
}

/** Whether each place of a text has numbers of its own. */
function isAlong({ dims, dtype }: TensorValue, [samples, length]: readonly number[]): boolean {
  return dtype !== 'string' && dims.length > 2 && dims[0] === samples && dims[1] === length
}

function clear(value: TensorValue, places: readonly boolean[]): TensorValue {
  if (value.dtype === 'string') return value
  const data = value.data.slice()
  const width = data.length / places.length
  for (const [place, isPadding] of places.entries()) {
    if (!isPadding) continue
    if (data instanceof BigInt64Array || data instanceof BigUint64Array)
      data.fill(0n, place * width, (place + 1) * width)
    else data.fill(0, place * width, (place + 1) * width)
  }
  return { ...value, data }
}
