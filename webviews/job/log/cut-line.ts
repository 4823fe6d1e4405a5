import type { AnsiSpan, AnsiStyle } from './ansi.ts'
import type { FilePlace } from './find-places.ts'

/** A stretch of a line that looks the same and means the same. */
export interface LinePiece {
  readonly text: string
  readonly style: AnsiStyle
  readonly place?: FilePlace
  /** The number of the match it is part of. */
  readonly match?: number
}

/** Cuts a line where its looks, its places and its matches begin and end. @param matchLength characters of a match */
export function cutLine(
  spans: readonly AnsiSpan[],
  places: readonly FilePlace[],
  matches: readonly number[],
  matchLength: number,
): readonly LinePiece[] {
  const cuts = [...places.flatMap(({ from, to }) => [from, to]), ...matches.flatMap((at) => [at, at + matchLength])]
  const pieces: LinePiece[] = []
  let start = 0
  for (const { text, style } of spans) {
    const end = start + text.length
    const inner = cuts.filter((cut) => cut > start && cut < end)
    const edges = [...new Set([start, ...inner, end])].toSorted((a, b) => a - b)
    for (const [index, from] of edges.slice(0, -1).entries()) {
      const place = places.find((each) => each.from <= from && from < each.to)
      const match = matches.findIndex((at) => at <= from && from < at + matchLength)
      pieces.push({
        text: text.slice(from - start, (edges[index + 1] ?? end) - start),
        style,
        ...(place === undefined ? {} : { place }),
        ...(match < 0 ? {} : { match }),
      })
    }
    start = end
  }
  return pieces
}
