import type { Frame } from '../../shared/chart/plot-area.ts'
import type { Place, Stretch } from '../../shared/chart/plot-gestures.ts'
import type { Range, Scale } from '../../shared/chart/scale.ts'
import { type CurveScales, type Zoom, zoomRange } from './curve-scales.ts'

/** Moves what is shown with the pointer. @param by device pixels */
export function pan(zoom: Zoom, { x, y }: CurveScales, { left, bottom }: Frame, by: Place): Zoom {
  const shift = (scale: Scale, start: number, pixels: number): Range => ({
    min: scale.toValue(start - pixels),
    max: scale.toValue(scale.toPixel(scale.max) - pixels),
  })
  return { x: shift(x, left, by.x), ...(zoom.y === undefined ? {} : { y: shift(y, bottom, by.y) }) }
}

/**
 * Shows less or more around a place of the x axis, which stays where it is.
 *
 * @param factor above 1 to see less, larger
 * @param span of all there is: once all of it is shown, there is no zoom left
 */
export function zoomAround(
  zoom: Zoom,
  { x }: CurveScales,
  span: Range | undefined,
  place: number,
  factor: number,
): Zoom {
  const next = zoomRange(x, x.toValue(place), 1 / factor)
  const isAll = span !== undefined && next.min <= span.min && next.max >= span.max
  const { x: _before, ...rest } = zoom
  return isAll ? rest : { ...rest, x: next }
}

/** Shows the stretch that was marked. */
export function zoomInto(zoom: Zoom, scales: CurveScales, { axis, from, to }: Stretch): Zoom {
  const scale = scales[axis]
  const [a, b] = [scale.toValue(from), scale.toValue(to)]
  return { ...zoom, [axis]: { min: Math.min(a, b), max: Math.max(a, b) } }
}

export function isSameRange(a: Range | undefined, b: Range | undefined): boolean {
  return a?.min === b?.min && a?.max === b?.max
}
