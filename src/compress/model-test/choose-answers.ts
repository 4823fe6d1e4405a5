import type { Session } from '../../onnx/session.ts'
import { RunwrightError } from '../../protocol/errors.ts'
import type { MeasuredModel } from '../measure-models.ts'
import type { Task } from '../model-test-report.ts'
import { readPairs } from '../read-pairs.ts'
import type { AnswerSettings } from './compare-answers.ts'
import type { Slicings } from './quality.ts'
import { type DetectionOutputs, defaultOutputs } from './read-boxes.ts'
import type { ScriptSettings } from './script-process.ts'

/** What a request says of how answers are judged. */
export interface AnswerWishes {
  readonly original: MeasuredModel
  readonly candidate: MeasuredModel
  readonly data: string
  readonly task: Task | undefined
  readonly output: string | undefined
  readonly classes: readonly string[] | undefined
  readonly slicings: Slicings
  readonly script?: Omit<ScriptSettings, 'signal'> | undefined
}

/**
 * Finds by which outputs, pairs or script two models are judged.
 *
 * @throws BAD_REQUEST when the original has no such output; as `readPairs`
 */
export async function chooseAnswers(
  { original, candidate, data, task, output, classes, slicings, script }: AnswerWishes,
  session: Session,
  signal: AbortSignal,
): Promise<AnswerSettings> {
  const common = { task, classes, slicings }
  if (task === 'detection') {
    const detection = chooseDetection(session, output, original.name)
    return { ...common, detection, output: detection.boxes }
  }
  const chosen = { ...common, output: chooseOutput(session, output, original.name) }
  if (task === 'pairs') return { ...chosen, pairs: await readPairs(data) }
  if (script === undefined) return chosen
  const fileOf = ({ model }: MeasuredModel) => (typeof model === 'string' ? model : undefined)
  const files = { original: fileOf(original), candidate: fileOf(candidate), data }
  return { ...chosen, script: { ...script, files, signal } }
}

function chooseOutput(session: Session, wanted: string | undefined, about: string): string {
  const tensors = tensorsOf(session)
  const chosen = wanted === undefined ? tensors[0] : tensors.find((name) => name === wanted)
  return chosen ?? missing(about, wanted ?? '', tensors)
}

function chooseDetection(session: Session, wanted: string | undefined, about: string): DetectionOutputs {
  const { boxes, scores, labels } = defaultOutputs
  const names = wanted?.split(',') ?? [boxes, scores, labels]
  const tensors = tensorsOf(session)
  const find = (index: number) => {
    const name = names[index] ?? ''
    return tensors.includes(name) ? name : missing(about, name, tensors)
  }
  return { boxes: find(0), scores: find(1), labels: find(2) }
}

function tensorsOf({ outputs }: Session): readonly string[] {
  return outputs.filter(({ dtype }) => dtype !== undefined).map(({ name }) => name)
}

function missing(about: string, name: string, tensors: readonly string[]): never {
  throw new RunwrightError('BAD_REQUEST', `${about} has no output “${name}” of numbers or texts.`, {
    hint: `Its outputs are: ${tensors.join(', ') || 'none'}. Name what counts by --output; of a detection --output boxes,scores,labels.`,
  })
}
