import { RunwrightError } from '../../../src/protocol/errors.ts'
import { cursorLength, type CurveAxis, type CurveName } from '../../../src/protocol/curves.ts'
import { type CurveStrip, joinStrips, toStrip } from '../../shared/chart/curve-strip.ts'
import type { Range } from '../../shared/chart/scale.ts'
import { appendTails, type FollowedCurve, planTails } from './curve-follower.ts'
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

const maxBuckets = 4096
/** Buckets of a curve over a metric, which is read once for all zooms. */
const maxPaired = 2048
/** Of a window's width, read on both sides: lines run on to the edges, and a small pan shows something at once. */
const margin = 0.25

export interface CurveLoader {
  /** Gives up the request before, if it has not been answered yet. */
  load(request: CurveRequest): void
  /** Like `load`; where the same has been answered before, only what the curves have got since is read. */
  follow(request: CurveRequest): void
  dispose(): void
}

export function createCurveLoader(
  host: Host,
  answered: (curves: LoadedCurves) => void,
  failed: (message: string) => void,
): CurveLoader {
  let running: AbortController | undefined
  let followed: { loaded: LoadedCurves; curves: readonly FollowedCurve[]; cellWidth: number } | undefined

  async function fetchFollowed(
    { curves, axis }: Pick<CurveRequest, 'curves' | 'axis'>,
    window: Range | undefined,
    buckets: number,
    signal: AbortSignal,
  ): Promise<FollowedCurve[]> {
    if (curves.length === 0) return []
    const wanted = Math.max(1, Math.min(maxBuckets, Math.round(buckets)))
    const result = await host.call('curves/window', { curves, axis, ...toEnds(window), buckets: wanted }, signal)
    return result.curves.map((curve, index) => ({
      strip: toStrip(curve),
      cursor: [...result.cursors.subarray(index * cursorLength, (index + 1) * cursorLength)],
    }))
  }

  async function fetchStrips(...request: Parameters<typeof fetchFollowed>): Promise<(CurveStrip | undefined)[]> {
    return (await fetchFollowed(...request)).map(({ strip }) => strip)
  }

  /** Undefined where the curves have to be read from their beginning. */
  async function fetchTails(request: CurveRequest, signal: AbortSignal): Promise<LoadedCurves | undefined> {
    if (followed === undefined || !isSameRequest(followed.loaded.request, request)) return undefined
    const { loaded, curves, cellWidth } = followed
    const { axis } = request
    const plan = planTails(request.curves, curves)
    if (plan.places.length === 0) return undefined
    const asked = { curves: plan.curves, cursors: plan.cursors, axis, ...toEnds(loaded.asked), cellWidth }
    const tails = await host.call('curves/tail', asked, signal)
    const limits = { cellWidth, maxStretches: 2 * bucketsOf(request) }
    const appended = appendTails(curves, plan, tails, limits)
    const names = appended.outdated.flatMap((place) => request.curves[place] ?? [])
    const anew = await fetchFollowed({ curves: names, axis }, loaded.asked, bucketsOf(request), signal)
    for (const [index, place] of appended.outdated.entries()) {
      const curve = anew[index]
      if (curve !== undefined) appended.curves[place] = curve
    }
    const next = { request, asked: loaded.asked, strips: appended.curves.map(({ strip }) => strip) }
    followed = { loaded: next, curves: appended.curves, cellWidth: cellWidthOf(next) }
    return next
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
    followed = undefined
    if (xMetric !== undefined) return { request, asked: undefined, strips: await fetchPairs(request, xMetric, signal) }
    const asked = window === undefined ? undefined : widen(window)
    const curves = await fetchFollowed(request, asked, bucketsOf(request), signal)
    const strips = curves.map(({ strip }) => strip)
    if (!request.isLog || strips.every((strip) => strip?.isExact !== false)) {
      const loaded = { request, asked, strips }
      if (!signal.aborted) followed = { loaded, curves, cellWidth: cellWidthOf(loaded) }
      return loaded
    }
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

  function start(work: (signal: AbortSignal) => Promise<LoadedCurves>): void {
    running?.abort()
    const { signal } = (running = new AbortController())
    work(signal).then(
      (loaded) => {
        if (!signal.aborted) answered(loaded)
      },
      (error: unknown) => {
        if (signal.aborted) return
        if (!(error instanceof RunwrightError)) throw error
        failed(error.message)
      },
    )
  }

  return {
    load: (request) => start((signal) => fetchCurves(request, signal)),
    follow: (request) =>
      start(async (signal) => (await fetchTails(request, signal)) ?? (await fetchCurves(request, signal))),
    dispose: () => running?.abort(),
  }
}

function toEnds(window: Range | undefined): { from?: number; to?: number } {
  return window === undefined ? {} : { from: window.min, to: window.max }
}

/** Of a whole reading, its margins included. */
function bucketsOf({ window, pixels }: CurveRequest): number {
  return Math.min(maxBuckets, pixels * (window === undefined ? 1 : 1 + 2 * margin))
}

function isSameRequest(a: CurveRequest, b: CurveRequest): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

/** The width of a stretch in the unit of the axis, when all curves are drawn; 0 while each point is a stretch. */
function cellWidthOf({ request, asked, strips }: LoadedCurves): number {
  const found = strips.filter((strip) => strip !== undefined)
  if (found.every(({ isExact }) => isExact)) return 0
  const start = asked?.min ?? Math.min(...found.map(({ starts }) => starts[0] ?? Infinity))
  const end = asked?.max ?? Math.max(...found.map(({ ends }) => ends.at(-1) ?? -Infinity))
  return Math.max(0, end - start) / bucketsOf(request)
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
