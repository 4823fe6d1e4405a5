import { createEscapeReader } from './escape-reader.ts'

/** Bytes of a log: from `start` to before `end`. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

/** Where the lines of a log lie, found as its bytes come: 16 bytes of memory a line, whatever the lines hold. */
export interface LineIndex {
  /** Lines so far; the last one may not have ended yet. */
  readonly count: number
  /** Lines that have ended. */
  readonly endedCount: number
  /** Bytes that were looked at. */
  readonly size: number
  add(bytes: Uint8Array): void
  /** What a terminal would show of a line: what was printed since its last carriage return, without the line break. */
  range(line: number): ByteRange
  /** The colours that lines before have set and that still hold, as escape sequences; as a rule empty. */
  styleBefore(line: number): string
}

const [lineFeed, carriageReturn, escape] = [10, 13, 27]

export function createLineIndex(): LineIndex {
  let starts = new Float64Array(1024)
  let ends = new Float64Array(1024)
  let count = 0
  let size = 0
  /** Of the line that has not ended: where it begins, and what of it is shown. */
  let [lineStart, shownStart] = [0, 0]
  /** The last byte was a carriage return: the next one overwrites what stands there, a line break ends it. */
  let isReturned = false
  let isInEscape = false
  const styles = new Map<number, string>()
  const escapes = createEscapeReader()

  function end(at: number): void {
    if (count === starts.length) [starts, ends] = [grow(starts), grow(ends)]
    starts[count] = shownStart
    ends[count] = isReturned ? at - 1 : at
    count += 1
    lineStart = shownStart = at + 1
    isReturned = false
    if (escapes.style !== '') styles.set(count, escapes.style)
  }

  return {
    get count() {
      return size > lineStart ? count + 1 : count
    },
    get endedCount() {
      return count
    },
    get size() {
      return size
    },
    add(bytes) {
      // Written for speed: logs have millions of bytes, and most of them are plain.
      for (let index = 0; index < bytes.length; index++) {
        const byte = bytes[index] ?? 0
        if (byte > escape && !isReturned && !isInEscape) continue
        if (byte === lineFeed) end(size + index)
        else if (byte === carriageReturn) isReturned = true
        else {
          if (isReturned) shownStart = size + index
          isReturned = false
          isInEscape = (isInEscape || byte === escape) && escapes.read(byte)
        }
      }
      size += bytes.length
    },
    range(line) {
      if (line >= count) return { start: shownStart, end: isReturned ? size - 1 : size }
      return { start: starts[line] ?? 0, end: ends[line] ?? 0 }
    },
    styleBefore: (line) => styles.get(line) ?? '',
  }
}

function grow(numbers: Float64Array): Float64Array<ArrayBuffer> {
  const grown = new Float64Array(2 * numbers.length)
  grown.set(numbers)
  return grown
}
