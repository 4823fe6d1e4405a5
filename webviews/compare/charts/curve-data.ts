import type { CurveName } from '../../../src/protocol/curves.ts'
import type { CurveChartSpec } from '../../../src/protocol/saved-view.ts'
import { type CurveStrip, joinNeighbours } from '../../shared/chart/curve-strip.ts'
import type { Range } from '../../shared/chart/scale.ts'
import { type CurveLine, dashOf, type ShownRun } from './curve-line.ts'
import type { LoadedCurves, LoadedTail } from './curve-loader.ts'
import { replaceTail } from './curve-tail.ts'
import { groupCurves, type RunGroup } from './group-curves.ts'
import { findSpan, isLogX } from './curve-scales.ts'

/** What a chart has loaded: all of its curves, and a part of them in more detail. */
export interface CurveData {
  /** As they are drawn. */
  readonly lines: readonly CurveLine[]
  /** Without a zoom: for what is said about all of them. */
  readonly wholeLines: readonly CurveLine[]
  readonly span: Range | undefined
  /** Stretches of all lines together. */
  readonly size: number
  accept(loaded: LoadedCurves): void
  /** Takes what curves have from a place on. */
  acceptTail(tail: LoadedTail): void
  /** What is known of these curves, all of them; undefined for one of which nothing is. */
  stripsOf(names: readonly CurveName[]): readonly (CurveStrip | undefined)[]
  /** The detail is no longer wanted. */
  dropDetail(): void
  clear(): void
  /** Whether these curves have been asked for, be they there or not. */
  isLoaded(names: readonly CurveName[]): boolean
  /** Puts what was loaded together with how runs look now. */
  compose(runs: readonly ShownRun[], spec: CurveChartSpec, groupOf: GroupOf | undefined): void
}

/** Which group a line is in; undefined where groups are not known yet. */
export type GroupOf = (line: CurveLine) => RunGroup | undefined

export function createCurveData(): CurveData {
  let whole: LoadedCurves | undefined
  let isDetailed = false
  let window: Range | undefined
  let outlines: Strips = new Map()
  /** Of a window, each with its neighbours outside. */
  let details: Strips = new Map()
  let lines: readonly CurveLine[] = []
  let wholeLines: readonly CurveLine[] = []
  let span: Range | undefined

  function dropDetail(): void {
    details = new Map()
    isDetailed = false
  }

  return {
    get lines() {
      return lines
    },
    get wholeLines() {
      return wholeLines
    },
    get span() {
      return span
    },
    get size() {
      return lines.reduce((size, { strip }) => size + strip.starts.length, 0)
    },
    accept(loaded) {
      if (loaded.asked === undefined) {
        ;[whole, outlines] = [loaded, indexStrips(loaded)]
        dropDetail()
      } else {
        details = joinOutlines(indexStrips(loaded), outlines, loaded.asked)
        isDetailed = true
        window = loaded.asked
      }
    },
    acceptTail({ request, from, strips }) {
      const grown = new Map(outlines)
      for (const [index, name] of request.curves.entries()) {
        const [known, tail] = [outlines.get(idOf(name)), strips[index]]
        if (known !== undefined && tail !== undefined) grown.set(idOf(name), replaceTail(known, tail, from))
      }
      outlines = grown
    },
    stripsOf: (names) => names.map((name) => outlines.get(idOf(name))),
    dropDetail,
    clear() {
      whole = undefined
      outlines = new Map()
      dropDetail()
    },
    isLoaded(names) {
      const known = new Set(whole?.request.curves.map(idOf))
      return names.every((name) => known.has(idOf(name)))
    },
    compose(runs, spec, groupOf) {
      const made = listLines(runs, spec).flatMap((line) => {
        const id = idOf({ runId: line.run.runId, key: line.key })
        const outline = outlines.get(id)
        const strip = details.get(id) ?? outline
        return strip === undefined ? [] : [{ ...line, strip, outline: outline ?? strip }]
      })
      lines = made
      wholeLines = isDetailed ? made.map((line) => ({ ...line, strip: line.outline })) : made
      span = findSpan([...outlines.values(), ...details.values()], isLogX(spec))
      if (spec.group === undefined || groupOf === undefined || span === undefined) return
      const { band } = spec.group
      wholeLines = groupCurves(wholeLines, groupOf, band, span)
      lines = isDetailed ? groupCurves(lines, groupOf, band, window ?? span) : wholeLines
    },
  }
}

type Strips = ReadonlyMap<string, CurveStrip>

function listLines(runs: readonly ShownRun[], { keys }: CurveChartSpec): Omit<CurveLine, 'strip'>[] {
  return runs.flatMap((run) => keys.map((key, index) => ({ run, key, dash: dashOf(index) })))
}

function joinOutlines(details: Strips, outlines: Strips, asked: Range): Strips {
  const joined = new Map<string, CurveStrip>()
  for (const [id, strip] of details) {
    const outline = outlines.get(id)
    joined.set(id, outline === undefined ? strip : joinNeighbours(strip, outline, asked))
  }
  return joined
}

function idOf({ runId, key }: CurveName): string {
  return `${runId} ${key}`
}

function indexStrips(loaded: LoadedCurves): Strips {
  const strips = new Map<string, CurveStrip>()
  for (const [index, name] of loaded.request.curves.entries()) {
    const strip = loaded.strips[index]
    if (strip !== undefined) strips.set(idOf(name), strip)
  }
  return strips
}
