import type { Measurement } from '../../src/compress/goals.ts'
import type { MeasurePlan } from '../../src/compress/measure-models.ts'
import { RunwrightError } from '../../src/protocol/errors.ts'
import { duel, type Duel } from './duel.ts'
import { type Made, makeByPreset, makeBySearch, type Preset, presets } from './makers.ts'
import { type PreparedTask, scoreModel, type Workshop } from './prepare-task.ts'
import { lostScore, meanScore } from './score-change.ts'

/** A version of a model, held to the original. */
export interface Version {
  readonly by: string
  readonly path: string
  readonly score: Measurement
  readonly scores: readonly number[]
  /** Of the original's score. */
  readonly lost: Measurement
  /** In turn with the original. */
  readonly duel: Duel
}

export interface Refused {
  readonly by: string
  readonly refusal: string
}

/** What became of a model in the hands of all. */
export interface Contest {
  readonly task: PreparedTask
  readonly original: { readonly score: Measurement; readonly scores: readonly number[] }
  readonly presets: readonly (Version | Refused)[]
  /** The cheapest preset that is as right as the original and not slower; undefined when none is, or none is cheaper. */
  readonly best: Version | undefined
  readonly ours: Version | Refused
  /** The original in turn with itself: where that is not even, the machine does too much else for any winner. */
  readonly control: Duel
  /** The best preset, or without one the original, in turn with ours; undefined where ours is a refusal. */
  readonly final: { readonly duel: Duel; readonly lost: Measurement } | undefined
}

export interface ContestSettings {
  readonly workshop: Workshop
  /** Of a search. */
  readonly budget: string
  readonly plan: MeasurePlan
  readonly report: (line: string) => void
}

export async function compareTask(task: PreparedTask, settings: ContestSettings): Promise<Contest> {
  const { workshop, budget, plan, report } = settings
  const scores = await scoreModel(task, task.model, workshop)
  const original = { score: meanScore(scores), scores }
  const tell = (version: Version | Refused) => report(`${task.name}: ${tellVersion(version)}`)
  const tried: (Version | Refused)[] = []
  for (const preset of presetNames) {
    const version = await holdToOriginal(await makeByPreset(preset, task, workshop), task, scores, settings)
    tried.push(version)
    tell(version)
  }
  const best = chooseBest(tried)
  const ours = await holdToOriginal(await makeBySearch(task, budget), task, scores, settings)
  tell(ours)
  const control = await duel(task.model, task.model, task.samples, plan)
  if (isRefused(ours)) return { task, original, presets: tried, best, ours, control, final: undefined }
  const final = {
    duel: await duel(best?.path ?? task.model, ours.path, task.samples, plan),
    lost: lostScore(best?.scores ?? scores, ours.scores),
  }
  return { task, original, presets: tried, best, ours, control, final }
}

// SAFETY: `presets` has no other keys.
const presetNames = Object.keys(presets) as Preset[]

async function holdToOriginal(
  made: Made,
  task: PreparedTask,
  originalScores: readonly number[],
  { workshop, plan }: ContestSettings,
): Promise<Version | Refused> {
  if ('refusal' in made) return made
  try {
    const scores = await scoreModel(task, made.path, workshop)
    const measured = await duel(task.model, made.path, task.samples, plan)
    return { ...made, scores, score: meanScore(scores), lost: lostScore(originalScores, scores), duel: measured }
  } catch (error) {
    const reason = error instanceof RunwrightError ? error.message : 'It does not run.'
    return { by: made.by, refusal: `It makes a model that is not to be used: ${reason}` }
  }
}

export function isRefused(version: Version | Refused): version is Refused {
  return 'refusal' in version
}

/** Points that a preset may lose and still be as right: what a search is held to, and it to the end of an interval. */
const mostLost = 0.01

/** Time that two measurements of one model can differ by, as a share. */
export const noise = 0.02

/** The cheapest, of those that are cheaper than the original and, as is asked of ours, not slower. */
export function chooseBest(tried: readonly (Version | Refused)[]): Version | undefined {
  const usable = tried.flatMap((version) => {
    if (isRefused(version)) return []
    const { cost, comparison } = version.duel
    const mostSpeed = comparison.speedup.interval?.[1] ?? comparison.speedup.value
    // A model that a preset leaves as it was is not cheaper because it was measured in a better moment.
    const isCheaper = cost.value < 1 - noise && (cost.interval?.[1] ?? cost.value) < 1
    return version.lost.value <= mostLost && isCheaper && mostSpeed >= 1 ? [version] : []
  })
  return usable.toSorted((a, b) => a.duel.cost.value - b.duel.cost.value)[0]
}

function tellVersion(version: Version | Refused): string {
  if (isRefused(version)) return `${version.by}: ${version.refusal}`
  const { by, lost, duel: measured } = version
  const { cost, comparison, sizes } = measured
  return `${by}: ${sizes[1].toFixed(2)} MB, ${comparison.speedup.value.toFixed(2)}x as fast, cost ${cost.value.toFixed(3)}, ${(100 * lost.value).toFixed(2)} points lost`
}
