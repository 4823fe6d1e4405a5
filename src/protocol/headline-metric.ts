import { tagNames } from './tag-names.ts'
import type { Tag } from './runs.ts'

/** The one metric that stands for a run in lists, and which direction is better. */
export interface HeadlineMetric {
  readonly key: string
  readonly goal: 'maximize' | 'minimize'
}

/** What people usually judge by, best known first; matched against the whole key, then against its last component. */
const familiar = [
  'val_accuracy',
  'test_accuracy',
  'accuracy',
  'val_acc',
  'acc',
  'f1',
  'auc',
  'r2',
  'val_loss',
  'loss',
  'rmse',
  'mae',
]

/** A key that names an error is better when smaller: `val_loss`, `rmse`, `error_rate`, `perplexity`, `latency_ms` … */
export function inferGoal(key: string): HeadlineMetric['goal'] {
  const smallerIsBetter = /loss|error|rmse|mse|mae|perplexity|latency|divergence|_ms$|(^|[/_-])(wer|cer)$/i
  return smallerIsBetter.test(key) ? 'minimize' : 'maximize'
}

/**
 * Chooses the headline metric of an experiment: what its tags say, else the most familiar of the keys logged, else the
 * first in alphabetical order. Undefined only when there are neither tags nor keys.
 */
export function chooseHeadlineMetric(tags: readonly Tag[], keys: readonly string[]): HeadlineMetric | undefined {
  const tag = (name: string) => tags.find(({ key }) => key === name)?.value
  const named = tag(tagNames.headlineMetric)
  const lastComponent = (key: string) => key.slice(key.lastIndexOf('/') + 1)
  const key =
    named ??
    familiar.find((name) => keys.includes(name)) ??
    familiar.flatMap((name) => keys.filter((key) => lastComponent(key) === name)).at(0) ??
    keys.toSorted().at(0)
  if (key === undefined) return undefined
  const goal = tag(tagNames.headlineGoal)
  return { key, goal: named !== undefined && (goal === 'maximize' || goal === 'minimize') ? goal : inferGoal(key) }
}
