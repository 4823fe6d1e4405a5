import type { CurveName } from '../../../src/protocol/curves.ts'
import type { CurveChartSpec } from '../../../src/protocol/saved-view.ts'
import { type CurveStrip, joinNeighbours } from '../../shared/chart/curve-strip.ts'
import type { Range } from '../../shared/chart/scale.ts'
import { type CurveLine, dashOf, type ShownRun } from './curve-line.ts'
import type { LoadedCurves } from './curve-loader.ts'
import { findSpan, isLogX } from './curve-scales.ts'

/** What a chart has loaded: all of its curves, and a part of them in more detail. */
export interface CurveData {
  /** As they are drawn. */
  readonly lines: readonly CurveLine[]
  /** Without a zoom: for what is said about all of them. */
  readonly wholeLines: readonly CurveLine[]
  readonly span: Range | undefined
  accept(loaded: LoadedCurves): void
  /** The detail is no longer wanted. */
  dropDetail(): void
  clear(): void
  /** Whether these curves have been asked for, be they there or not. */
  isLoaded(names: readonly CurveName[]): boolean
  /** Puts what was loaded together with how runs look now. */
  compose(runs: readonly ShownRun[], spec: CurveChartSpec): void
}

export function createCurveData(): CurveData {
  let whole: LoadedCurves | undefined
  let detail: LoadedCurves | undefined
  let lines: readonly CurveLine[] = []
  let wholeLines: readonly CurveLine[] = []
  let span: Range | undefined

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
    accept(loaded) {
      if (loaded.asked === undefined) [whole, detail] = [loaded, undefined]
      else detail = loaded
    },
    dropDetail() {
      detail = undefined
    },
    clear() {
      whole = detail = undefined
    },
    isLoaded(names) {
      const known = new Set(whole?.request.curves.map(idOf))
      return names.every((name) => known.has(idOf(name)))
    },
    compose(runs, spec) {
      const outlines = indexStrips(whole)
      const details = indexStrips(detail)
      const made = listLines(runs, spec).flatMap((line) => {
        const id = idOf({ runId: line.run.runId, key: line.key })
        const outline = outlines.get(id)
        const strip = merge(details.get(id), outline, detail?.asked)
        return strip === undefined ? [] : [{ ...line, strip, outline: outline ?? strip }]
      })
      lines = made
      wholeLines = made.map((line) => ({ ...line, strip: line.outline }))
      span = findSpan([...outlines.values(), ...details.values()], isLogX(spec))
    },
  }
}

function listLines(runs: readonly ShownRun[], { keys }: CurveChartSpec): Omit<CurveLine, 'strip'>[] {
  return runs.flatMap((run) => keys.map((key, index) => ({ run, key, dash: dashOf(index) })))
}

function merge(
  detail: CurveStrip | undefined,
  outline: CurveStrip | undefined,
  asked: Range | undefined,
): CurveStrip | undefined {
  if (detail === undefined || outline === undefined || asked === undefined) return detail ?? outline
  return joinNeighbours(detail, outline, asked)
}

function idOf({ runId, key }: CurveName): string {
  return `${runId} ${key}`
}

function indexStrips(loaded: LoadedCurves | undefined): Map<string, CurveStrip> {
  const strips = new Map<string, CurveStrip>()
  for (const [index, name] of (loaded?.request.curves ?? []).entries()) {
    const strip = loaded?.strips[index]
    if (strip !== undefined) strips.set(idOf(name), strip)
  }
  return strips
}
