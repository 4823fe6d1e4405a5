import { cursorLength, type CurveTails, tailKinds } from './curves.ts'

/** What a source answers that cannot go on from where a curve was read: each is to be read anew. */
export function createUnknownTails(count: number): CurveTails {
  const none = new Float64Array()
  return {
    kinds: new Uint8Array(count).fill(tailKinds.changed),
    counts: new Uint32Array(count),
    exact: new Uint8Array(count),
    starts: none,
    ends: none,
    firsts: none,
    lasts: none,
    mins: none,
    maxs: none,
    specials: new Uint8Array(),
    cursors: createUnknownCursors(count),
  }
}

/** The cursors of such a source. */
export function createUnknownCursors(count: number): Float64Array {
  return new Float64Array(count * cursorLength).fill(Number.NaN)
}
