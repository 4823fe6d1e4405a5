import type { Feeds } from '../../onnx/session.ts'
import type { TensorValue } from '../../onnx/tensor-value.ts'
import { RunwrightError } from '../../protocol/errors.ts'
import { drawsFor } from '../bootstrap.ts'
import type { QualityChange } from '../model-test-report.ts'
import type { Pairs } from '../read-pairs.ts'
import { toNumbers } from './numbers.ts'
import { cosineOf } from './parity.ts'
import { createRankCorrelation } from './rank-correlation.ts'
import { lost, measureBoth, type Scored, weightedMean } from './scored.ts'
import type { Scorer } from './scorer.ts'

/**
 * Compares embeddings by what they are for: whether pairs that people find alike are near to one another. Of each model
 * that is the rank correlation of the cosines of pairs with their scores; without scores, the correlation of the
 * candidate's cosines with the original's.
 *
 * @see D. Cer et al., SemEval-2017 Task 1: Semantic Textual Similarity, for the measure
 */
export function createPairScorer(output: string, pairs: Pairs): Scorer {
  const [first, second]: [Float32Array[], Float32Array[]] = [[], []]
  return {
    add(original, candidate, { feeds, count }) {
      first.push(...readEmbeddings(original.get(output), feeds, count, output))
      second.push(...readEmbeddings(candidate.get(output), feeds, count, output))
    },
    result: () => scorePairs(cosinesOf(first, pairs), cosinesOf(second, pairs), pairs.scores),
  }
}

/**
 * A vector for each sample. Of vectors for each of its words ([samples, words, values]) it is their mean, as far as
 * `attention_mask` counts them.
 */
function readEmbeddings(
  value: TensorValue | undefined,
  feeds: Feeds,
  count: number,
  output: string,
): readonly Float32Array[] {
  const numbers = value && toNumbers(value)
  const dims = value?.dims ?? []
  if (numbers === undefined || dims[0] !== count || dims.length < 2 || dims.length > 3) {
    throw new RunwrightError(
      'BAD_REQUEST',
      `The output “${output}” has no vector for each sample: [${dims.join(', ')}].`,
      {
        hint: 'It has to be [samples, values], or [samples, words, values], of which the mean is taken. Name it by --output.',
      },
    )
  }
  const width = dims.at(-1) ?? 0
  const words = dims.length === 3 ? (dims[1] ?? 0) : 1
  const mask = readMask(feeds, count * words)
  return Array.from({ length: count }, (_, sample) => {
    const mean = new Float32Array(width)
    for (let word = sample * words; word < (sample + 1) * words; word++) {
      const weight = words === 1 ? 1 : (mask?.[word] ?? 1)
      if (weight !== 0)
        for (let at = 0; at < width; at++) mean[at] = (mean[at] ?? 0) + (numbers[word * width + at] ?? 0)
    }
    // Cosines do not see by what a sum is divided.
    return mean
  })
}

function readMask(feeds: Feeds, length: number): ArrayLike<number> | undefined {
  const given = feeds.get('attention_mask')
  const numbers = given && toNumbers(given)
  return numbers?.length === length ? numbers : undefined
}

function cosinesOf(embeddings: readonly Float32Array[], { first, second }: Pairs): Float64Array {
  const at = (place: number) => {
    const found = embeddings[place]
    if (found !== undefined) return found
    throw new RunwrightError('BAD_REQUEST', `“pairs” names the sample ${place}, and there are ${embeddings.length}.`, {
      hint: 'Samples are counted from 0. Of a model that takes a fixed number of them, the last incomplete batch is left out.',
    })
  }
  return Float64Array.from(first, (place, index) => cosineOf(at(place), at(second[index] ?? -1)))
}

function scorePairs(original: Float64Array, candidate: Float64Array, scores: readonly number[] | undefined): Scored {
  const right = Float64Array.from(scores ?? original)
  const compare = (places: readonly number[]): QualityChange => {
    const pick = (values: Float64Array) => Float64Array.from(places, (place) => values[place] ?? Number.NaN)
    const [truth, before, after] = [pick(right), pick(original), pick(candidate)]
    const [ofOriginal, ofCandidate] = [createRankCorrelation(before, truth), createRankCorrelation(after, truth)]
    const both = (weights: Float64Array) => [ofOriginal(weights), ofCandidate(weights)] as const
    return measureBoth(places.length, both, lost, drawsFor(places.length, 8))
  }
  const distance = candidate.map((cosine, index) => Math.abs(cosine - (original[index] ?? 0)))
  const { candidate: difference } = measureBoth(
    distance.length,
    (weights) => [0, weightedMean(distance, weights)],
    lost,
  )
  return {
    task: 'pairs',
    reference: scores === undefined ? 'original' : 'labels',
    unit: 'pairs',
    count: right.length,
    canSlice: true,
    compare,
    others: [{ title: 'Mean difference of a pair’s cosine from the original’s', as: 'number', candidate: difference }],
  }
}
