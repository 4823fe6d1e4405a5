import { type PairedCounts, pairedDifferenceInterval, wilsonInterval } from '../score-interval.ts'
import type { QualityChange } from '../model-test-report.ts'
import { measureShare } from './parity.ts'
import type { Scored } from './scored.ts'

/** Of each sample what is right and what both models say. */
export interface Answers {
  readonly right: readonly string[]
  readonly original: readonly string[]
  readonly candidate: readonly string[]
}

/** How often two classifiers are right. */
export function scoreAnswers(answers: Answers, reference: Scored['reference']): Scored {
  return {
    task: 'classification',
    reference,
    unit: 'samples',
    count: answers.right.length,
    canSlice: true,
    classNames: answers.right,
    compare: (places) => compareAnswers(countPairs(answers, places), places.length, reference),
  }
}

function compareAnswers(counts: PairedCounts, samples: number, reference: Scored['reference']): QualityChange {
  const { both, onlyFirst, onlySecond } = counts
  return {
    original: measureShare(both + onlyFirst, samples),
    candidate: measureShare(both + onlySecond, samples),
    change: {
      value: samples === 0 ? Number.NaN : (onlyFirst - onlySecond) / samples,
      // An original that is right by definition can only lose: it is a share, and no difference of two.
      interval: reference === 'original' ? wilsonInterval(onlyFirst, samples) : pairedDifferenceInterval(counts),
    },
  }
}

function countPairs({ right, original, candidate }: Answers, places: readonly number[]): PairedCounts {
  const counts = { both: 0, onlyFirst: 0, onlySecond: 0, neither: 0 }
  for (const place of places) {
    const [first, second] = [original[place] === right[place], candidate[place] === right[place]]
    counts[first ? (second ? 'both' : 'onlyFirst') : second ? 'onlySecond' : 'neither']++
  }
  return counts
}
