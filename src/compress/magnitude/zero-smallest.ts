/** Weights with zeros among them. */
export interface Pruned {
  readonly values: Float32Array<ArrayBuffer>
  /** How many of them are 0, those that were before too. */
  readonly zeros: number
}

/**
 * Sets the smallest of all to 0; of equal ones the first.
 *
 * @param share of them that are 0 then, from 0 to 1
 */
export function zeroSmallest(values: Float32Array, share: number): Pruned {
  const count = Math.floor(values.length * share)
  const sorted = values.map(Math.abs).sort()
  const limit = sorted[count - 1] ?? -1
  const below = sorted.findIndex((value) => value >= limit)
  let equal = count - (below < 0 ? count : below)
  return finish(values, (index) => {
    const size = Math.abs(values[index] ?? 0)
    return size < limit || (size === limit && equal-- > 0)
  })
}

/** Which weights an output sums up: they lie `stride` apart, `length` of them in a row, one row after the other. */
export interface SummedAxis {
  readonly length: number
  readonly stride: number
}

/** Keeps the `kept` largest of each `of` weights that are summed up one after the other; of equal ones the first. */
export function zeroInGroups(
  values: Float32Array,
  { length, stride }: SummedAxis,
  { kept, of }: { readonly kept: number; readonly of: number },
): Pruned {
  const gone = new Uint8Array(values.length)
  const sizeAt = (index: number) => Math.abs(values[index] ?? 0)
  for (let start = 0; start < values.length; start++) {
    const place = Math.floor(start / stride) % length
    if (place % of !== 0) continue
    // The last of a row may be fewer.
    const group = Array.from({ length: Math.min(of, length - place) }, (_, step) => start + step * stride)
    const order = group.toSorted((a, b) => sizeAt(b) - sizeAt(a) || a - b)
    for (const index of order.slice(kept)) gone[index] = 1
  }
  return finish(values, (index) => gone[index] === 1)
}

function finish(values: Float32Array, isGone: (index: number) => boolean): Pruned {
  const pruned = new Float32Array(values.length)
  let zeros = 0
  for (const [index, value] of values.entries()) {
    pruned[index] = isGone(index) ? 0 : value
    if (pruned[index] === 0) zeros += 1
  }
  return { values: pruned, zeros }
}
