import { compareAnswers } from '../../src/compress/model-test/compare-answers.ts'
import { pairOf } from '../../src/compress/model-test/pair.ts'
import { openSampleData } from '../../src/compress/open-sample-data.ts'
import type { SessionHost } from '../../src/onnx/session.ts'

export interface Accuracy {
  /** Of the candidate, in percent. */
  readonly accuracy: number
  /**
   * Points that the candidate has less than the other, by the end of the 95 % interval that is best for it: what is above
   * 0 is no noise.
   */
  readonly lost: number
}

/**
 * Runs two classifiers over labelled samples that neither has seen.
 *
 * @param test a file that `openSampleData` takes
 */
export async function compareAccuracy(
  host: SessionHost,
  other: string,
  candidate: string,
  test: string,
): Promise<Accuracy> {
  const signal = new AbortController().signal
  await using first = await host.open(other)
  await using second = await host.open(candidate)
  await using data = await openSampleData(test, second.inputs)
  const [output] = second.outputs
  const settings = {
    task: 'classification',
    output: output?.name ?? '',
    classes: undefined,
    slicings: new Map(),
  } as const
  const { quality } = await compareAnswers(pairOf(first, second, signal), data, settings)
  if (quality === undefined) throw new Error(`${candidate} gives no answers to compare.`)
  const { candidate: share, change } = quality.all
  // The change is what was lost, as a share.
  return { accuracy: 100 * share.value, lost: 100 * (change.interval?.[0] ?? change.value) }
}
