export type Side = 'ours' | 'peer'

/**
 * Who is measured when, repetition by repetition. Each begins as often as the other, so that what the first of a pair
 * leaves behind, a warm processor or a disk that still writes, does not always fall on the same side.
 */
export function planTurns(repetitions: number, sides: readonly Side[]): readonly (readonly Side[])[] {
  return Array.from({ length: repetitions }, (_, index) => (index % 2 === 0 ? [...sides] : sides.toReversed()))
}
