import type { Dimension } from './dimensions.ts'

/** Where the channels of layers lie in a value. */
export interface Channels {
  /** Counted from the end: -1 is the last. */
  readonly axis: number
  /** How many axes the value has; undefined when that is not known. */
  readonly rank: number | undefined
  /** One after the other along the axis; several after a Concat. */
  readonly dimensions: readonly Dimension[]
  /** Channels that one place of the axis stands for: those of a head after it was split off, else 1. */
  readonly unit: number
  /** Whether each channel has several places in a row, as after a Flatten; how many is known by the next layer only. */
  readonly isSpread: boolean
  /** Where the channels of a head lie, after it was split off. */
  readonly inner?: number | undefined
}

/** Places along the axis, when channels are not spread. */
export function countPlaces({ dimensions, unit }: Pick<Channels, 'dimensions' | 'unit'>): number {
  return dimensions.reduce((sum, { size }) => sum + size, 0) / unit
}

/** The axis as it is counted from the front; undefined when that is not known. */
export function frontAxis({ axis, rank }: Channels): number | undefined {
  return rank === undefined ? undefined : rank + axis
}

/** Whether an axis, counted from the front or the end as attributes do, is that of the channels; undefined when not known. */
export function isChannelAxis({ axis, rank }: Channels, other: number): boolean | undefined {
  if (other < 0) return other === axis
  return rank === undefined ? undefined : rank + axis === other
}
