/** `ours`, `peer`, or the name of one of several peers. */
export type Side = string

/**
 * Who is measured when, repetition by repetition. Both ends of the list begin as often, so that what the first
 * leaves behind, a warm processor or a disk that still writes, does not always fall on the same side.
 */
export function planTurns(repetitions: number, sides: readonly Side[]): readonly (readonly Side[])[] {
  return Array.from({ length: repetitions }, (_, index) => (index % 2 === 0 ? [...sides] : sides.toReversed()))
}
