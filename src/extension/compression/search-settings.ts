import { isRecord } from '../../protocol/json.ts'
import { parseGoal } from '../../protocol/measures.ts'
import { parseTime } from '../../protocol/quantities.ts'

/** Kinds of computers that a model can be for, as `runwright compress --target` has them. */
export const targetNames = ['this-machine', 'edge-box', 'office-server', 'cloud-instance'] as const

/** A search as the form shows it. */
export interface SearchSettings {
  /** Absolute path; empty until it is chosen. */
  readonly data: string
  /** As they are written: `accuracy-drop<=1%`. */
  readonly goals: readonly string[]
  /** A name of `targetNames`, and what is set otherwise behind it. */
  readonly target: string
  /** `10m`. */
  readonly budget: string
}

export const newSearchSettings: SearchSettings = {
  data: '',
  goals: ['accuracy-drop<=1%'],
  target: 'this-machine',
  budget: '10m',
}

/** What was remembered, over what there would be otherwise: any part that is no longer right is left out. */
export function parseSearchSettings(remembered: unknown, otherwise: SearchSettings): SearchSettings {
  if (!isRecord(remembered)) return otherwise
  const { data, goals, target, budget } = remembered
  const known = Array.isArray(goals) ? goals.filter((goal): goal is string => typeof goal === 'string') : []
  return {
    data: typeof data === 'string' && data !== '' ? data : otherwise.data,
    goals: known.length > 0 && findGoalFault(known.join(', ')) === undefined ? known : otherwise.goals,
    target: typeof target === 'string' && target !== '' ? target : otherwise.target,
    budget: typeof budget === 'string' && parseTime(budget) !== undefined ? budget : otherwise.budget,
  }
}

/** Goals that stand in one line, with commas between them. */
export function splitGoals(text: string): readonly string[] {
  return text
    .split(/[,;]/)
    .map((part) => part.trim())
    .filter((part) => part !== '')
}

/** What is wrong with goals as they were typed, in the words of the command line; undefined for nothing. */
export function findGoalFault(text: string): string | undefined {
  try {
    splitGoals(text).forEach(parseGoal)
    return undefined
  } catch (error) {
    if (!(error instanceof Error)) throw error
    const hint = 'hint' in error && typeof error.hint === 'string' ? ` ${error.hint}` : ''
    return `${error.message}${hint}`
  }
}

/**
 * The words of the command line that begin the search, and go on with it when the job is tried again.
 *
 * @param model, out absolute paths
 */
export function toCompressWords(
  model: string,
  out: string,
  { data, goals, target, budget }: SearchSettings,
): readonly string[] {
  return [
    'compress',
    `--data=${data}`,
    ...goals.map((goal) => `--goal=${goal}`),
    `--target=${target}`,
    `--budget=${budget}`,
    `--out=${out}`,
    '--resume',
    '--',
    model,
  ]
}
