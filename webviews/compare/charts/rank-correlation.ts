/**
 * Spearman's correlation of two columns: that of their ranks, from −1 to 1; equal values share the mean of their ranks.
 * NaN where a column has one value only.
 *
 * @see Spearman 1904, "The proof and measurement of association between two things"
 */
export function correlateRanks(a: Float64Array, b: Float64Array): number {
  const [ranksA, ranksB] = [toRanks(a), toRanks(b)]
  const middle = (a.length - 1) / 2
  let [product, squaresA, squaresB] = [0, 0, 0]
  for (const [index, rank] of ranksA.entries()) {
    const [x, y] = [rank - middle, (ranksB[index] ?? 0) - middle]
    product += x * y
    squaresA += x * x
    squaresB += y * y
  }
  return product / Math.sqrt(squaresA * squaresB)
}

function toRanks(values: Float64Array): Float64Array {
  const order = Array.from(values.keys()).sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0))
  const ranks = new Float64Array(values.length)
  for (let start = 0; start < order.length;) {
    let end = start + 1
    while (end < order.length && values[order[end] ?? 0] === values[order[start] ?? 0]) end += 1
    for (let index = start; index < end; index++) ranks[order[index] ?? 0] = (start + end - 1) / 2
    start = end
  }
  return ranks
}
