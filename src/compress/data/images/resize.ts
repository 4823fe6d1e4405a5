/** A picture of numbers, [height, width, 3]. */
export interface Picture {
  readonly width: number
  readonly height: number
  readonly data: ArrayLike<number>
}

/**
 * A picture in another size, by a triangle filter whose reach grows with the scale when it gets smaller, so that no pixel
 * is passed over: as Pillow's `BILINEAR`, but not rounded between rows and columns.
 */
export function resize(
  { width, height, data }: Picture,
  to: { readonly width: number; readonly height: number },
): Picture {
  if (width === to.width && height === to.height) return { width, height, data }
  const between = new Float32Array(height * to.width * 3)
  for (const [x, { start, weights }] of weigh(width, to.width).entries()) {
    for (let y = 0; y < height; y++) addUp(data, (y * width + start) * 3, 3, weights, between, (y * to.width + x) * 3)
  }
  const result = new Float32Array(to.height * to.width * 3)
  for (const [y, { start, weights }] of weigh(height, to.height).entries()) {
    for (let x = 0; x < to.width; x++) {
      addUp(between, (start * to.width + x) * 3, to.width * 3, weights, result, (y * to.width + x) * 3)
    }
  }
  return { ...to, data: result }
}

/** Of each new pixel those that it is made of, from the first on. */
function weigh(from: number, to: number): readonly { readonly start: number; readonly weights: Float64Array }[] {
  const scale = from / to
  const reach = Math.max(1, scale)
  return Array.from({ length: to }, (_, at) => {
    const middle = (at + 0.5) * scale
    const start = Math.max(0, Math.floor(middle - reach + 0.5))
    const end = Math.min(from, Math.floor(middle + reach + 0.5))
    const weights = Float64Array.from({ length: end - start }, (_unused, place) =>
      Math.max(0, 1 - Math.abs(start + place + 0.5 - middle) / reach),
    )
    const total = weights.reduce((sum, weight) => sum + weight, 0)
    return { start, weights: weights.map((weight) => weight / total) }
  })
}

function addUp(
  source: ArrayLike<number>,
  from: number,
  step: number,
  weights: Float64Array,
  target: Float32Array,
  to: number,
): void {
  for (let channel = 0; channel < 3; channel++) {
    let sum = 0
    for (let place = 0; place < weights.length; place++) {
      sum += (weights[place] ?? 0) * (source[from + place * step + channel] ?? 0)
    }
    target[to + channel] = sum
  }
}
