/** What a threshold on the score finds, from the highest threshold to the lowest. All arrays are of equal length. */
export interface Ranking {
  /** Distinct scores, descending. */
  readonly thresholds: Float64Array
  /** Weight of positives and of negatives whose score is at least the threshold. */
  readonly truePositives: Float64Array
  readonly falsePositives: Float64Array
  /** Weight of all positives and of all negatives. */
  readonly positives: number
  readonly negatives: number
  /** Rows without a label or a finite score, or with a weight below 0. */
  readonly leftOut: number
}

export interface ScoredRows {
  /** Undefined where a row has no label. */
  readonly isPositive: readonly (boolean | undefined)[]
  readonly scores: ArrayLike<number>
  /** Default: 1 each. */
  readonly weights?: ArrayLike<number> | undefined
}

/**
 * Counts what each threshold finds. Rows of equal score count together, so that the result does not depend on their
 * order.
 *
 * @see Fawcett 2006, "An introduction to ROC analysis", algorithm 1
 */
export function rankScores({ isPositive, scores, weights }: ScoredRows): Ranking {
  const weightOf = (row: number) => weights?.[row] ?? 1
  const isUsable = (row: number) =>
    isPositive[row] !== undefined && Number.isFinite(scores[row]) && weightOf(row) >= 0 && weightOf(row) < Infinity
  const rows = Uint32Array.from(isPositive.keys()).filter(isUsable)
  rows.sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0))
  const found = { thresholds: [] as number[], truePositives: [] as number[], falsePositives: [] as number[] }
  let [positives, negatives] = [0, 0]
  for (const [place, row] of rows.entries()) {
    if (isPositive[row] === true) positives += weightOf(row)
    else negatives += weightOf(row)
    const score = scores[row] ?? 0
    const next = rows[place + 1]
    if (next !== undefined && scores[next] === score) continue
    found.thresholds.push(score)
    found.truePositives.push(positives)
    found.falsePositives.push(negatives)
  }
  return {
    thresholds: Float64Array.from(found.thresholds),
    truePositives: Float64Array.from(found.truePositives),
    falsePositives: Float64Array.from(found.falsePositives),
    positives,
    negatives,
    leftOut: isPositive.length - rows.length,
  }
}

/** A curve over 0 … 1 on both axes, with the threshold of each of its points. */
export interface RankingCurve {
  readonly xs: Float64Array
  readonly ys: Float64Array
  /** Infinity for the point that comes before every threshold. */
  readonly thresholds: Float64Array
  /** The area under it, or the average precision; NaN where one of the classes is missing. */
  readonly area: number
}

/**
 * True positive rate over false positive rate, and the area under it by the trapezoidal rule.
 *
 * @see Fawcett 2006, algorithms 1 and 2
 */
export function toRocCurve({ thresholds, truePositives, falsePositives, positives, negatives }: Ranking): RankingCurve {
  const xs = Float64Array.from([0, ...falsePositives], (count) => count / negatives)
  const ys = Float64Array.from([0, ...truePositives], (count) => count / positives)
  let area = 0
  for (let at = 1; at < xs.length; at += 1) {
    area += ((xs[at] ?? 0) - (xs[at - 1] ?? 0)) * (((ys[at] ?? 0) + (ys[at - 1] ?? 0)) / 2)
  }
  return { xs, ys, thresholds: Float64Array.of(Infinity, ...thresholds), area: positives * negatives > 0 ? area : NaN }
}

/**
 * Precision over recall, and the average precision: the sum over thresholds of precision times the gain in recall,
 * without interpolation, which would be too optimistic.
 *
 * @see Davis and Goadrich 2006, "The relationship between Precision-Recall and ROC curves"
 */
export function toPrecisionRecallCurve(ranking: Ranking): RankingCurve {
  const { thresholds, truePositives, falsePositives, positives } = ranking
  const xs = truePositives.map((count) => count / positives)
  const ys = truePositives.map((count, at) => count / (count + (falsePositives[at] ?? 0)))
  let area = 0
  for (let at = 0; at < xs.length; at += 1) area += ((xs[at] ?? 0) - (xs[at - 1] ?? 0)) * (ys[at] ?? 0)
  return { xs, ys, thresholds, area: positives > 0 ? area : NaN }
}
