import type { Pairs } from '../read-pairs.ts'
import { createObserver, type ObserverSettings } from './observe.ts'
import type { DetectionOutputs } from './read-boxes.ts'
import { scoreAnswers } from './score-answers.ts'
import { createDetectionScorer } from './score-detections.ts'
import { scoreErrors } from './score-errors.ts'
import { createPairScorer } from './score-pairs.ts'
import { createScriptScorer, type ScriptFiles } from './score-script.ts'
import type { Scored } from './scored.ts'
import type { Scorer } from './scorer.ts'
import type { ScriptSettings } from './script-process.ts'

/** How it is told what is right. */
export interface ScorerSettings extends ObserverSettings {
  /** Of a detection. */
  readonly detection?: DetectionOutputs | undefined
  /** Which samples are compared, where embeddings are. */
  readonly pairs?: Pairs | undefined
  /** Which says how right the models are. */
  readonly script?: (ScriptSettings & { readonly files: ScriptFiles }) | undefined
}

export function createScorer(settings: ScorerSettings): Scorer {
  const { detection, pairs, script, output, classes } = settings
  if (script !== undefined) return createScriptScorer(script, script.files)
  if (detection !== undefined) return createDetectionScorer(detection, (label) => classes?.[Number(label)] ?? label)
  if (pairs !== undefined) return createPairScorer(output, pairs)
  return createAnswerScorer(settings)
}

function createAnswerScorer(settings: ScorerSettings): Scorer {
  const observer = createObserver(settings)
  let reference: Scored['reference'] = 'original'
  return {
    add(original, candidate, { labels, count }) {
      const [first, second] = [original.get(settings.output), candidate.get(settings.output)]
      if (labels !== undefined) reference = 'labels'
      if (first !== undefined && second !== undefined) observer.add(first, second, labels, count)
    },
    result() {
      const seen = observer.result()
      if (seen === undefined) return undefined
      return seen.task === 'classification' ? scoreAnswers(seen, reference) : scoreErrors(seen, reference)
    },
  }
}
