import { bootstrapInterval, bootstrapMean } from '../../src/compress/bootstrap.ts'
import type { Measurement } from '../../src/compress/goals.ts'
import { pairedDifferenceInterval, wilsonInterval } from '../../src/compress/score-interval.ts'

/** The mean of scores from 0 to 1, with 95 % confidence. */
export function meanScore(scores: readonly number[]): Measurement {
  const total = scores.reduce((sum, score) => sum + score, 0)
  const interval = isRightOrWrong(scores)
    ? wilsonInterval(total, scores.length)
    : bootstrapMean(Float64Array.from(scores))
  return { value: total / scores.length, interval }
}

/** How much lower the second's mean is, of the same samples, with 95 % confidence. */
export function lostScore(first: readonly number[], second: readonly number[]): Measurement {
  const lost = Float64Array.from(first, (score, place) => score - (second[place] ?? 0))
  const meanOf = (places: Iterable<number>, count: number) => {
    let sum = 0
    for (const place of places) sum += lost[place] ?? 0
    return sum / count
  }
  const value = meanOf(lost.keys(), lost.length)
  if (!isRightOrWrong(first) || !isRightOrWrong(second)) {
    return { value, interval: bootstrapInterval(lost.length, (places) => meanOf(places, places.length)) }
  }
  const counts = { both: 0, onlyFirst: 0, onlySecond: 0, neither: 0 }
  for (const [place, score] of first.entries()) {
    counts[
      score === 1 ? (second[place] === 1 ? 'both' : 'onlyFirst') : second[place] === 1 ? 'onlySecond' : 'neither'
    ]++
  }
  return { value, interval: pairedDifferenceInterval(counts) }
}

function isRightOrWrong(scores: readonly number[]): boolean {
  return scores.every((score) => score === 0 || score === 1)
}
