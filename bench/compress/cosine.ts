/** Of the angle between two vectors of one length, -1 to 1. */
export function cosine(first: Float32Array | Float64Array, second: Float32Array | Float64Array): number {
  let [product, a, b] = [0, 0, 0]
  for (let at = 0; at < first.length; at++) {
    const [x, y] = [first[at] ?? 0, second[at] ?? 0]
    product += x * y
    a += x * x
    b += y * y
  }
  return product / Math.sqrt(a * b)
}
