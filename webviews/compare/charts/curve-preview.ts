import { clear, type PlotArea, withinFrame } from '../../shared/chart/plot-area.ts'
import type { Scale } from '../../shared/chart/scale.ts'
import type { CurveScales } from './curve-scales.ts'

/** Fewer stretches are drawn at once, as exactly as they are known. */
const heavySize = 20_000
/** Most answers come sooner, and an eye takes so many milliseconds for at once: until then the picture stays as it is. */
const holdMs = 150
/** After so many milliseconds without an answer the curves are drawn from what is known. */
const patienceMs = 500

/** What stands in for a picture while better data is on its way: first the last one, then the same on new scales. */
export interface CurvePreview {
  /** The last picture is to stay. */
  readonly isHeld: boolean
  /** Data has been asked for. @param size stretches of what is shown now */
  begin(size: number): void
  /** It has come, or will not come. */
  end(): void
  /** Draws the last picture on new scales, if that is wanted now. */
  draw(scales: CurveScales): boolean
  /** The picture has just been drawn on these scales. */
  drawn(scales: CurveScales): void
  /** There is no picture any more. */
  forget(): void
  dispose(): void
}

/** @param changed called when something else is to be seen */
export function createCurvePreview(area: PlotArea, changed: () => void): CurvePreview {
  let picture: { readonly canvas: OffscreenCanvas; readonly scales: CurveScales } | undefined
  let last: CurveScales | undefined
  let state: 'none' | 'held' | 'stretched' = 'none'
  let timer: ReturnType<typeof setTimeout> | undefined

  function end(): void {
    clearTimeout(timer)
    state = 'none'
  }

  function proceed(): void {
    state = state === 'held' ? 'stretched' : 'none'
    if (state === 'stretched') timer = setTimeout(proceed, patienceMs - holdMs)
    changed()
  }

  /** A scale is a line in pixels, logarithmic or not: two places say where all others go. */
  function move(from: Scale, to: Scale): { readonly at: number; readonly by: number } {
    const [low, high] = [from.toPixel(from.min), from.toPixel(from.max)]
    const [start, end] = [to.toPixel(from.min), to.toPixel(from.max)]
    const by = (end - start) / (high - low)
    return { at: start - low * by, by }
  }

  return {
    get isHeld() {
      return state === 'held'
    },
    begin(size) {
      if (size < heavySize || last === undefined || state !== 'none') return
      state = 'held'
      timer = setTimeout(proceed, holdMs)
    },
    end,
    draw(scales) {
      const { data, frame } = area
      if (state !== 'stretched' || last === undefined) return false
      picture ??= { canvas: copy(data.canvas), scales: last }
      const [x, y] = [move(picture.scales.x, scales.x), move(picture.scales.y, scales.y)]
      if (![x.at, x.by, y.at, y.by].every(Number.isFinite)) return false
      const { canvas } = picture
      clear(data)
      withinFrame(data, frame, () => {
        data.drawImage(canvas, x.at, y.at, canvas.width * x.by, canvas.height * y.by)
      })
      return true
    },
    drawn(scales) {
      last = scales
      picture = undefined
    },
    forget() {
      end()
      last = picture = undefined
    },
    dispose: end,
  }
}

function copy(canvas: HTMLCanvasElement): OffscreenCanvas {
  const copied = new OffscreenCanvas(canvas.width, canvas.height)
  copied.getContext('2d')?.drawImage(canvas, 0, 0)
  return copied
}
