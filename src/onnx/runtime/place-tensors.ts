import { type TensorValue, toBytes, toElements } from '../tensor-value.ts'
import type { Exchange } from './exchange.ts'
import type { Placed, PlacedTensor } from './messages.ts'

/** Tensors for a message, their elements in the exchange, over what was in it. */
export function placeTensors(
  tensors: Iterable<readonly [name: string, value: TensorValue]>,
  exchange: Exchange,
): readonly PlacedTensor[] {
  const all = [...tensors]
  const arrays = all.flatMap(([, value]) => (value.dtype === 'string' ? [] : [toBytes(value.data)]))
  const places = exchange.place(arrays).values()
  return all.map(([name, value]) => {
    const { dtype, dims } = value
    return { name, dtype, dims, data: value.dtype === 'string' ? value.data : nextOf(places) }
  })
}

function nextOf(places: Iterator<Placed>): Placed {
  const next = places.next()
  if (next.done === true) throw new Error('The exchange gave fewer places than arrays.')
  return next.value
}

/** A tensor of a message, with elements of its own. */
export function takeTensor({ dtype, dims, data }: PlacedTensor, exchange: Exchange): TensorValue {
  if (dtype === 'string') {
    if (!isStrings(data)) throw new Error('The elements of a tensor of strings are no strings.')
    return { dtype, dims, data }
  }
  if (isStrings(data)) throw new Error(`The elements of a tensor of ${dtype} are strings.`)
  return { dtype, dims, data: toElements(dtype, exchange.take(data)) }
}

function isStrings(data: PlacedTensor['data']): data is readonly string[] {
  return Array.isArray(data)
}
