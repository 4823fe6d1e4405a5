import { stripAnsi } from './ansi.ts'
import type { LogSource } from './log-source.ts'

/** Lines that are looked through at once; then the page may draw. */
const stretch = 8192
/** More are not counted: nobody goes through them. */
const mostMatches = 100_000

/** One of the places that hold the text. */
export interface LogMatch {
  readonly line: number
  /** Which one within the line, from 0. */
  readonly place: number
}

/** As much of a log as a search needs. */
export type SearchedLog = Pick<LogSource, 'lineCount' | 'endedCount' | 'texts'>

export interface LogSearch {
  readonly query: string
  /** Found so far, at most 100,000. */
  readonly count: number
  /** The match that is shown, from 0; undefined for none. */
  readonly current: number | undefined
  /** All lines have been looked through. */
  readonly isDone: boolean
  match(index: number): LogMatch | undefined
  /** Looks for another text; the first match at or after `nearLine` is then shown. Empty for none. */
  look(query: string, nearLine: number): void
  /** Shows the match after or before; from the last it goes to the first. */
  step(by: 1 | -1): void
  /** The log has got lines. */
  grown(): void
}

/** @param changed called when matches were found or another is shown; `isMoved` when that is to come into sight */
export function createLogSearch(source: SearchedLog, changed: (isMoved: boolean) => void): LogSearch {
  let query = ''
  let near = 0
  /** The line of each match. */
  let lines: number[] = []
  let current: number | undefined
  let searched = 0
  let isRunning = false

  const isCut = () => lines.length >= mostMatches

  /** Undefined when the text has become another meanwhile. */
  async function search(): Promise<void> {
    while (searched < source.lineCount && !isCut()) {
      const [wanted, from] = [query, searched]
      if (wanted === '') return
      const to = Math.min(source.lineCount, from + stretch)
      const texts = await source.texts(from, to)
      if (wanted !== query) continue
      for (const [index, text] of texts.entries()) {
        for (let count = findText(stripAnsi(text), wanted).length; count > 0; count--) lines.push(from + index)
      }
      // The last line may go on, and is looked through again then.
      searched = Math.min(to, source.endedCount)
      const isMoved = current === undefined && choose()
      changed(isMoved)
      if (to > source.endedCount) return
      await nextTurn()
    }
  }

  function choose(): boolean {
    const found = lines.findIndex((line) => line >= near)
    if (found < 0 && searched < source.endedCount) return false
    current = found < 0 ? (lines.length > 0 ? 0 : undefined) : found
    return current !== undefined
  }

  function run(): void {
    if (isRunning) return
    isRunning = true
    search()
      // What could not be read, the log itself says.
      .catch(() => {})
      .finally(() => {
        isRunning = false
        changed(false)
      })
  }

  return {
    get query() {
      return query
    },
    get count() {
      return lines.length
    },
    get current() {
      return current
    },
    get isDone() {
      return query === '' || (!isRunning && searched >= source.endedCount) || isCut()
    },
    match(index) {
      const line = lines[index]
      if (line === undefined) return undefined
      let place = 0
      while (lines[index - place - 1] === line) place += 1
      return { line, place }
    },
    look(next, nearLine) {
      if (next === query) return
      query = next
      near = nearLine
      lines = []
      current = undefined
      searched = 0
      changed(false)
      run()
    },
    step(by) {
      if (lines.length === 0) return
      current = ((current ?? (by > 0 ? -1 : 0)) + by + lines.length) % lines.length
      changed(true)
    },
    grown() {
      if (query === '' || isCut()) return
      while (lines.length > 0 && (lines.at(-1) ?? 0) >= searched) lines.pop()
      if (current !== undefined && current >= lines.length) current = undefined
      run()
    },
  }
}

/** Where a text is found in a line, whatever its case. */
export function findText(line: string, query: string): readonly number[] {
  const [all, wanted] = [line.toLowerCase(), query.toLowerCase()]
  const found: number[] = []
  if (wanted === '') return found
  for (let at = all.indexOf(wanted); at >= 0; at = all.indexOf(wanted, at + wanted.length)) found.push(at)
  return found
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0))
}
