import type { Candidate } from './candidate.ts'
import { compareNumbers } from './compare-numbers.ts'

/** The better one first: what misses less, and of those that miss nothing what costs less. */
export function compareCandidates({ verdict: a }: Candidate, { verdict: b }: Candidate): number {
  return compareNumbers(a.miss, b.miss) || compareNumbers(a.cost, b.cost)
}

/** It saves something, and misses nothing but accuracy. */
export function isWorthMending({ verdict: { isSlower, qualityMiss, cost } }: Candidate): boolean {
  return !isSlower && cost < 1 && qualityMiss > 0
}
