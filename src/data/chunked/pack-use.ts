import type { Sha256 } from '../hash.ts'
import type { Recipe } from './recipe.ts'

/** How much of packs some recipes need. */
export interface PackUse {
  add(recipe: Recipe): void
  /** Bytes of a pack that at least one of them needs. */
  countBytes(pack: Sha256): number
}

interface Span {
  readonly start: number
  readonly end: number
}

/** Many spans of one pack are put together once they are twice as many as they were then. */
const fewSpans = 64

export function createPackUse(): PackUse {
  const spansOf = new Map<Sha256, { spans: Span[]; joinedCount: number }>()
  return {
    add({ runs }) {
      for (const { pack, start, length } of runs) {
        const use = spansOf.get(pack) ?? { spans: [], joinedCount: 0 }
        spansOf.set(pack, use)
        use.spans.push({ start, end: start + length })
        if (use.spans.length < fewSpans + 2 * use.joinedCount) continue
        use.spans = joinSpans(use.spans)
        use.joinedCount = use.spans.length
      }
    },
    countBytes: (pack) =>
      joinSpans(spansOf.get(pack)?.spans ?? []).reduce((sum, { start, end }) => sum + end - start, 0),
  }
}

/** What overlaps or touches is one. */
function joinSpans(spans: readonly Span[]): Span[] {
  const joined: Span[] = []
  for (const span of spans.toSorted((a, b) => a.start - b.start)) {
    const last = joined.at(-1)
    if (last === undefined || last.end < span.start) joined.push(span)
    else joined[joined.length - 1] = { start: last.start, end: Math.max(last.end, span.end) }
  }
  return joined
}
