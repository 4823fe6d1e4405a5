import type { TensorValue } from '../../onnx/tensor-value.ts'
import { RunwrightError } from '../../protocol/errors.ts'
import type { Task } from '../model-test-report.ts'
import { readAnswers, readBinaryAnswers, readLabels, readTargets } from './answers.ts'
import { toNumbers } from './numbers.ts'
import type { Answers } from './score-answers.ts'
import type { RegressionErrors, SampleErrors } from './score-errors.ts'

/** What is known of each sample when all have been run. */
export type Observations =
  ({ readonly task: 'classification' } & Answers) | ({ readonly task: 'regression' } & RegressionErrors)

/** Gathers of each sample what both models say and what is right. */
export interface Observer {
  /** @throws BAD_REQUEST when labels are not what the task needs */
  add(original: TensorValue, candidate: TensorValue, labels: TensorValue | undefined, count: number): void
  /** Undefined when nothing of it can be right or wrong. */
  result(): Observations | undefined
}

export interface ObserverSettings {
  /** Undefined is told from outputs and labels. */
  readonly task: Task | undefined
  /** The output whose answers count; of a detection that of its boxes. */
  readonly output: string
  /** Names of the classes, in the order of a classifier's scores. */
  readonly classes: readonly string[] | undefined
}

export function createObserver(settings: ObserverSettings): Observer {
  const { task, output, classes } = settings
  const answers: Record<'right' | 'original' | 'candidate', string[]> = { right: [], original: [], candidate: [] }
  const errors = createErrors(output)
  const nameAnswer = (answer: string) => classes?.[Number(answer)] ?? answer
  return {
    add(original, candidate, labels, count) {
      if (task === 'similarity') return
      const given = task === 'regression' ? undefined : readAnswers(original, count)?.map(nameAnswer)
      if (given === undefined) {
        // Without labels, numbers are a regression only when that is said: they may be an embedding as well.
        const right = labels ?? (task === 'regression' ? original : undefined)
        if (right !== undefined) errors.add(original, candidate, right, count)
        return
      }
      answers.original.push(...given)
      answers.candidate.push(...(readAnswers(candidate, count)?.map(nameAnswer) ?? Array(count).fill('')))
      const right = labels === undefined ? given : readLabels(labels)
      if (right.length !== count) throw wrongLabels(output, `${right.length} labels for ${count} samples`)
      if (original.dtype !== 'string') checkNumbered(right, output, classes)
      answers.right.push(...right)
    },
    result: () =>
      answers.right.length > 0 ? { task: 'classification', ...answers } : errors.result(task !== 'regression'),
  }
}

function checkNumbered(right: readonly string[], output: string, classes: readonly string[] | undefined): void {
  const name = right.find((label) => !/^-?\d+$/.test(label) && classes?.includes(label) !== true)
  if (name === undefined) return
  throw wrongLabels(
    output,
    `the label “${name}” is no number of a class`,
    'Name the classes in their order: --classes cat,dog.',
  )
}

function wrongLabels(output: string, why: string, hint?: string): RunwrightError {
  const message = `The labels do not fit the output “${output}”: ${why}.`
  return new RunwrightError('BAD_REQUEST', message, hint === undefined ? {} : { hint })
}

interface Errors {
  add(original: TensorValue, candidate: TensorValue, labels: TensorValue, count: number): void
  result(mayBeBinary: boolean): Observations | undefined
}

/** Errors of each sample; where it is one number and labels are 0 and 1, also the answer that it stands for. */
function createErrors(output: string): Errors {
  const found = { original: emptyErrors(), candidate: emptyErrors(), mean: [] as number[], square: [] as number[] }
  const binary: Record<'right' | 'original' | 'candidate', string[]> = { right: [], original: [], candidate: [] }
  let isBinary = true
  return {
    add(original, candidate, labels, count) {
      const [numbers, others, right] = [toNumbers(original), toNumbers(candidate), readTargets(labels)]
      if (numbers === undefined || others === undefined) return
      if (right === undefined || right.length !== numbers.length) {
        throw wrongLabels(output, `${right?.length ?? 'no'} numbers for ${numbers.length} of the output`)
      }
      for (const [errors, values] of [
        [found.original, numbers],
        [found.candidate, others],
      ] as const) {
        errors.squared.push(...meansOf(count, right, (target, at) => ((values[at] ?? 0) - target) ** 2))
        errors.absolute.push(...meansOf(count, right, (target, at) => Math.abs((values[at] ?? 0) - target)))
      }
      found.mean.push(...meansOf(count, right, Number))
      found.square.push(...meansOf(count, right, (target) => target ** 2))
      isBinary &&=
        right.length === count && right.every((label) => label === 0 || label === 1) && numbers.every(isProbability)
      if (!isBinary) return
      binary.right.push(...readLabels(labels))
      binary.original.push(...(readBinaryAnswers(original) ?? []))
      binary.candidate.push(...(readBinaryAnswers(candidate) ?? []))
    },
    result(mayBeBinary) {
      if (found.mean.length === 0) return undefined
      if (isBinary && mayBeBinary) return { task: 'classification', ...binary }
      const right = { mean: Float64Array.from(found.mean), square: Float64Array.from(found.square) }
      return { task: 'regression', original: toArrays(found.original), candidate: toArrays(found.candidate), right }
    },
  }
}

function isProbability(value: number): boolean {
  return value >= 0 && value <= 1
}

function emptyErrors(): Record<keyof SampleErrors, number[]> {
  return { squared: [], absolute: [] }
}

function toArrays({ squared, absolute }: Record<keyof SampleErrors, readonly number[]>): SampleErrors {
  return { squared: Float64Array.from(squared), absolute: Float64Array.from(absolute) }
}

/** Of each of `count` samples the mean over what is right for it. */
function meansOf(
  count: number,
  right: ArrayLike<number>,
  of: (target: number, at: number) => number,
): readonly number[] {
  const width = right.length / count
  return Array.from({ length: count }, (_, sample) => {
    let total = 0
    for (let at = sample * width; at < (sample + 1) * width; at++) total += of(right[at] ?? 0, at)
    return total / width
  })
}
