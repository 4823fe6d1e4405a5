import { toRampColor } from './column-scale.ts'
import { findHull, interpolate, type PlacedValue } from './interpolate.ts'

/** Bands of equal width from the least to the greatest value. */
export const bandCount = 10
/** Device pixels between places that are computed; between those it is linear. */
const spacing = 8
const opacity = 0.55

/**
 * Fills the hull of points with bands of the values between them, see `interpolate`; outside of it nothing is known.
 *
 * @param points in device pixels; values as shares of the colours, 0 … 1
 */
export function drawContour(context: CanvasRenderingContext2D, points: readonly PlacedValue[]): void {
  const hull = findHull(points)
  if (hull.length < 3) return
  const [left, top] = [Math.floor(Math.min(...hull.map(({ x }) => x))), Math.floor(Math.min(...hull.map(({ y }) => y)))]
  const width = Math.max(1, Math.ceil(Math.max(...hull.map(({ x }) => x))) - left)
  const height = Math.max(1, Math.ceil(Math.max(...hull.map(({ y }) => y))) - top)
  const picture = new OffscreenCanvas(width, height)
  const target = picture.getContext('2d')
  if (target === null) return
  target.putImageData(fillBands(points, { left, top, width, height }), 0, 0)
  context.save()
  context.beginPath()
  for (const { x, y } of hull) context.lineTo(x, y)
  context.closePath()
  context.clip()
  context.globalAlpha = opacity
  context.drawImage(picture, left, top)
  context.restore()
}

interface Box {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

function fillBands(points: readonly PlacedValue[], { left, top, width, height }: Box): ImageData {
  const columns = Math.ceil(width / spacing) + 2
  const rows = Math.ceil(height / spacing) + 2
  const knots = Float64Array.from({ length: columns * rows }, (_, index) =>
    interpolate(points, left + (index % columns) * spacing, top + Math.floor(index / columns) * spacing),
  )
  const colors = Array.from({ length: bandCount }, (_, band) => readColor(toRampColor((band + 0.5) / bandCount)))
  const image = new ImageData(width, height)
  for (let y = 0; y < height; y++) {
    const [row, down] = [Math.floor(y / spacing), (y % spacing) / spacing]
    for (let x = 0; x < width; x++) {
      const [column, right] = [Math.floor(x / spacing), (x % spacing) / spacing]
      const at = row * columns + column
      const upper = (knots[at] ?? 0) * (1 - right) + (knots[at + 1] ?? 0) * right
      const lower = (knots[at + columns] ?? 0) * (1 - right) + (knots[at + columns + 1] ?? 0) * right
      const value = upper * (1 - down) + lower * down
      const color = colors[Math.max(0, Math.min(bandCount - 1, Math.floor(value * bandCount)))]
      image.data.set(color ?? [], (y * width + x) * 4)
    }
  }
  return image
}

function readColor(color: string): number[] {
  return [...(color.match(/\d+/g) ?? []).slice(0, 3).map(Number), 255]
}
