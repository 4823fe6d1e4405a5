import { RunwrightError } from '../../../src/protocol/errors.ts'
import type { CurveAxis, CurveName } from '../../../src/protocol/curves.ts'
import { type CurveStrip, joinStrips, toStrip } from '../../shared/chart/curve-strip.ts'
import type { Range } from '../../shared/chart/scale.ts'
import { pairStrips } from './pair-curves.ts'
import { findSpan, splitLog } from './curve-scales.ts'
import type { Host } from '../../shared/host.ts'

export interface CurveRequest {
  readonly curves: readonly CurveName[]
  readonly axis: CurveAxis
  /** A metric to draw over; curves are then read whole, in as much detail as there is. */
  readonly xMetric: string | undefined
  /** Missing: all of each curve. */
  readonly window?: Range
  /** Device pixels of the drawing. */
  readonly pixels: number
  /** Drawn over a logarithmic axis, whose left part needs more detail than its right one. */
  readonly isLog: boolean
}

/** What was asked for, with a strip for each curve in the same order; undefined for a curve that is not there. */
export interface LoadedCurves {
  readonly request: CurveRequest
  /** The window as it was read, a margin on both sides included. */
  readonly asked: Range | undefined
  readonly strips: readonly (CurveStrip | undefined)[]
}

/** Curves that have grown, from a place on. */
export interface CurveTail {
  readonly request: CurveRequest
  readonly from: number
}

/** Strips of the tail's curves, in their order. */
export type LoadedTail = CurveTail & { readonly strips: readonly (CurveStrip | undefined)[] }

const maxBuckets = 4096
/** Buckets of a curve over a metric, which is read once for all zooms. */
const maxPaired = 2048
/** Of a window's width, read on both sides: lines run on to the edges, and a small pan shows something at once. */
const margin = 0.25

export interface CurveLoader {
  /** Gives up the request before, if it has not been answered yet. */
  load(request: CurveRequest): void
  /** Reads what curves have from a place on; nothing is given up for it, and nothing comes of it if `load` is called. */
  loadTail(tail: CurveTail): void
  dispose(): void
}

export function createCurveLoader(
  host: Host,
  answered: (curves: LoadedCurves) => void,
  failed: (message: string) => void,
  grown: (tail: LoadedTail) => void = () => undefined,
): CurveLoader {
  let running: AbortController | undefined

  async function fetchStrips(
    { curves, axis }: CurveRequest,
    window: Range | undefined,
    buckets: number,
    signal: AbortSignal,
  ): Promise<(CurveStrip | undefined)[]> {
    const to = window?.max === undefined || window.max === Infinity ? {} : { to: window.max }
    const ends = window === undefined ? {} : { from: window.min, ...to }
    const wanted = Math.max(1, Math.min(maxBuckets, Math.round(buckets)))
    const result = await host.call('curves/window', { curves, axis, ...ends, buckets: wanted }, signal)
    return result.curves.map(toStrip)
  }

  async function fetchPairs(request: CurveRequest, xMetric: string, signal: AbortSignal) {
    const { curves } = request
    const over = [...new Set(curves.map(({ runId }) => runId))].map((runId) => ({ runId, key: xMetric }))
    const all = { ...request, axis: 'step' as const, curves: [...curves, ...over] }
    const strips = await fetchStrips(all, undefined, maxPaired, signal)
    const places = new Map(over.map(({ runId }, index) => [runId, strips[curves.length + index]]))
    return curves.map(({ runId }, index) => {
      const [strip, place] = [strips[index], places.get(runId)]
      return strip === undefined || place === undefined ? undefined : pairStrips(strip, place)
    })
  }

  async function fetchCurves(request: CurveRequest, signal: AbortSignal): Promise<LoadedCurves> {
    const { window, pixels, xMetric } = request
    if (xMetric !== undefined) return { request, asked: undefined, strips: await fetchPairs(request, xMetric, signal) }
    const asked = window === undefined ? undefined : widen(window)
    const share = asked === undefined ? 1 : 1 + 2 * margin
    const strips = await fetchStrips(request, asked, pixels * share, signal)
    if (!request.isLog || strips.every((strip) => strip?.isExact !== false)) return { request, asked, strips }
    const pieces = listPieces(
      window,
      strips.filter((strip) => strip !== undefined),
      pixels,
    )
    const parts = await Promise.all(pieces.map(({ range, pixels }) => fetchStrips(request, range, pixels, signal)))
    const whole = strips.map((strip, index) => {
      const found = parts.flatMap((part) => part[index] ?? [])
      return strip === undefined || found.length === 0 ? strip : joinStrips(found)
    })
    return { request, asked, strips: whole }
  }

  function settle<Answer>(work: Promise<Answer>, signal: AbortSignal, take: (answer: Answer) => void): void {
    work.then(
      (answer) => {
        if (!signal.aborted) take(answer)
      },
      (error: unknown) => {
        if (signal.aborted) return
        if (!(error instanceof RunwrightError)) throw error
        failed(error.message)
      },
    )
  }

  return {
    load(request) {
      running?.abort()
      const { signal } = (running = new AbortController())
      settle(fetchCurves(request, signal), signal, answered)
    },
    loadTail({ request, from }) {
      const { signal } = (running ??= new AbortController())
      const strips = fetchStrips(request, { min: from, max: Infinity }, request.pixels, signal)
      settle(strips, signal, (strips) => grown({ request, from, strips }))
    },
    dispose: () => running?.abort(),
  }
}

/** What is at zero or before is read, too: it is not drawn, but it is counted. */
function listPieces(window: Range | undefined, strips: readonly CurveStrip[], pixels: number) {
  const span = window ?? findSpan(strips, true)
  const start = Math.min(...strips.map(({ starts }) => starts[0] ?? Infinity))
  const isBefore = window === undefined && span !== undefined && start < span.min
  const before = isBefore ? [{ range: { min: start, max: span.min - 0.5 }, pixels: 4 }] : []
  return [...before, ...splitLog(span, pixels)]
}

function widen({ min, max }: Range): Range {
  const room = (max - min) * margin
  return { min: min - room, max: max + room }
}
