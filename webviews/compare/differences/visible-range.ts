/** Where each of some things lying side by side begins, in CSS pixels; the last item is where the last one ends. */
export type Offsets = readonly number[]

export function toOffsets(sizes: readonly number[]): Offsets {
  const offsets = [0]
  for (const size of sizes) offsets.push((offsets.at(-1) ?? 0) + size)
  return offsets
}

/** Indices `start` … `end`, the last not included. */
export interface Range {
  readonly start: number
  readonly end: number
}

/** The things that lie at least partly between two places, and `extra` more on each side. */
export function findRange(offsets: Offsets, from: number, to: number, extra: number): Range {
  const count = offsets.length - 1
  const start = findLast(offsets, from)
  const end = findLast(offsets, to) + 1
  return { start: Math.max(0, start - extra), end: Math.min(count, end + extra) }
}

export function contains(outer: Range, inner: Range): boolean {
  return outer.start <= inner.start && inner.end <= outer.end
}

/** The last thing that begins at or before a place, by halving. */
function findLast(offsets: Offsets, place: number): number {
  let low = 0
  let high = offsets.length - 1
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if ((offsets[middle] ?? 0) <= place) low = middle
    else high = middle
  }
  return low
}
