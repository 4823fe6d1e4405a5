/**
 * Spearman's rank correlation of two lists, over samples that count more or less often: Pearson's of their ranks, where
 * equal values share the mean of theirs. The lists are sorted once, so each further set of weights takes one pass.
 *
 * @returns of weights, one for each place of the lists, the correlation; NaN where one of the lists is all the same
 * @see C. Spearman, The proof and measurement of association between two things, Am. J. Psychol. 15 (1904) 72–101
 */
export function createRankCorrelation(
  first: ArrayLike<number>,
  second: ArrayLike<number>,
): (weights: ArrayLike<number>) => number {
  const [rankFirst, rankSecond] = [createRanking(first), createRanking(second)]
  return (weights) => correlate(rankFirst(weights), rankSecond(weights), weights)
}

function createRanking(values: ArrayLike<number>): (weights: ArrayLike<number>) => Float64Array {
  const valueAt = (place: number) => values[place] ?? Number.NaN
  const order = Uint32Array.from({ length: values.length }, (_, place) => place).sort((a, b) => valueAt(a) - valueAt(b))
  const ranks = new Float64Array(values.length)
  return (weights) => {
    let below = 0
    for (let start = 0; start < order.length;) {
      const value = valueAt(order[start] ?? 0)
      let [end, weight] = [start, 0]
      for (; end < order.length && valueAt(order[end] ?? 0) === value; end++) weight += weights[order[end] ?? 0] ?? 0
      for (let at = start; at < end; at++) ranks[order[at] ?? 0] = below + (weight + 1) / 2
      below += weight
      // What is no number equals nothing, not even itself.
      start = Math.max(end, start + 1)
    }
    return ranks
  }
}

/** Pearson's correlation of values that count so often. */
function correlate(first: ArrayLike<number>, second: ArrayLike<number>, weights: ArrayLike<number>): number {
  let [total, sumFirst, sumSecond] = [0, 0, 0]
  for (let index = 0; index < weights.length; index++) {
    const weight = weights[index] ?? 0
    total += weight
    sumFirst += weight * (first[index] ?? 0)
    sumSecond += weight * (second[index] ?? 0)
  }
  const [meanFirst, meanSecond] = [sumFirst / total, sumSecond / total]
  let [product, squareFirst, squareSecond] = [0, 0, 0]
  for (let index = 0; index < weights.length; index++) {
    const weight = weights[index] ?? 0
    const [a, b] = [(first[index] ?? 0) - meanFirst, (second[index] ?? 0) - meanSecond]
    product += weight * a * b
    squareFirst += weight * a * a
    squareSecond += weight * b * b
  }
  const correlation = product / Math.sqrt(squareFirst * squareSecond)
  return Math.max(-1, Math.min(1, correlation))
}
