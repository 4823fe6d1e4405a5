import type { Batch } from '../sample-data.ts'
import type { TensorValue } from '../../onnx/tensor-value.ts'
import type { Disturbed } from '../model-test-report.ts'
import { readAnswers, readLabels } from './answers.ts'
import { sayTheSame } from './boxes.ts'
import { canDisturb, disturbances, disturbFeeds } from './disturb.ts'
import { largestOf, toNumbers } from './numbers.ts'
import { cosineOf, measureShare } from './parity.ts'
import type { Pair } from './pair.ts'
import { type DetectionOutputs, readDetections } from './read-boxes.ts'

/** Outputs without answers are the same when their cosine is at least this. */
const alikeCosine = 0.99

/** Single numbers are the same when they differ by at most this share of the largest. */
const alikeShare = 0.01

/** How answers are read. */
export interface AnswerReading {
  readonly output: string
  /** Undefined is told from the output alone. */
  readonly detection: DetectionOutputs | undefined
  /** Gives a class the name that labels have for it. */
  nameAnswer(answer: string): string
}

/**
 * How alike two models answer when their inputs are not as they should be, and how right.
 *
 * @throws as `Session.run`
 */
export async function testRobustness(
  pair: Pair,
  batches: readonly Batch[],
  reading: AnswerReading,
): Promise<readonly Disturbed[]> {
  const { output, detection } = reading
  const found: Disturbed[] = []
  if (!batches.some(({ feeds }) => canDisturb(feeds))) return found
  for (const disturbance of disturbances) {
    const counts = { samples: 0, same: 0, labelled: 0, right: [0, 0], nonFinite: [0, 0] }
    for (const [index, batch] of batches.entries()) {
      const answered = await pair.run(disturbFeeds(batch.feeds, disturbance, index + 1))
      const [original, candidate] = [answered.original.get(output), answered.candidate.get(output)]
      if (original === undefined || candidate === undefined) continue
      counts.samples += batch.count
      counts.same +=
        detection === undefined
          ? countSame(original, candidate, batch.count)
          : countSameDetections(answered, detection, batch.count)
      for (const [which, value] of [original, candidate].entries()) addTo(counts, which, value, batch, reading)
    }
    found.push(summarize(disturbance, counts))
  }
  return found
}

interface Counts {
  readonly samples: number
  readonly same: number
  /** Answers of the original that could be right. */
  labelled: number
  /** Of the original, and of the candidate. */
  readonly right: number[]
  readonly nonFinite: number[]
}

function addTo(
  counts: Counts,
  which: number,
  value: TensorValue,
  { labels, count }: Batch,
  { detection, nameAnswer }: AnswerReading,
): void {
  counts.nonFinite[which] = (counts.nonFinite[which] ?? 0) + countNonFinite(value, count)
  const right = labels === undefined || detection !== undefined ? undefined : readLabels(labels)
  const answers = right && readAnswers(value, count)
  if (answers === undefined) return
  if (which === 0) counts.labelled += count
  const correct = answers.filter((answer, place) => nameAnswer(answer) === right?.[place]).length
  counts.right[which] = (counts.right[which] ?? 0) + correct
}

function summarize({ name, title }: { name: string; title: string }, counts: Counts): Disturbed {
  const both = ([original = 0, candidate = 0]: readonly number[], total: number) => ({
    original: original / total,
    candidate: candidate / total,
  })
  return {
    name,
    title,
    samples: counts.samples,
    agreement: measureShare(counts.same, counts.samples),
    accuracy: counts.labelled === 0 ? undefined : both(counts.right, counts.labelled),
    nonFinite: both(counts.nonFinite, 1),
  }
}

function countSame(original: TensorValue, candidate: TensorValue, count: number): number {
  const answers = [readAnswers(original, count), readAnswers(candidate, count)]
  if (answers[0] !== undefined) return answers[0].filter((answer, index) => answer === answers[1]?.[index]).length
  const [first, second] = [toNumbers(original), toNumbers(candidate)]
  if (first === undefined || second === undefined || first.length !== second.length) return 0
  const width = first.length / count
  const largest = largestOf(first)
  return Array.from({ length: count }, (_, index) =>
    width === 1
      ? Math.abs((first[index] ?? 0) - (second[index] ?? 0)) <= alikeShare * largest
      : cosineOf(first, second, index * width, width) >= alikeCosine,
  ).filter(Boolean).length
}

function countSameDetections(
  { original, candidate }: Awaited<ReturnType<Pair['run']>>,
  names: DetectionOutputs,
  count: number,
): number {
  const [first, second] = [readDetections(original, names, count), readDetections(candidate, names, count)]
  return first.filter((boxes, sample) => sayTheSame(boxes, second[sample] ?? boxes)).length
}

function countNonFinite(value: TensorValue, count: number): number {
  const numbers = toNumbers(value)
  if (numbers === undefined) return 0
  const width = numbers.length / count
  return Array.from({ length: count }, (_, index) =>
    numbers.subarray(index * width, (index + 1) * width).every((number) => Number.isFinite(number)),
  ).filter((isFinite) => !isFinite).length
}
