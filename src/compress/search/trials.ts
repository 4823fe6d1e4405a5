import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type CandidateLayers, maxLayers, type RunNode } from '../../protocol/compression.ts'
import { RunwrightError } from '../../protocol/errors.ts'
import { findPass } from '../apply-pass.ts'
import { type CompressedFile, compressFile } from '../compress-file.ts'
import type { Goal, Measurements } from '../goals.ts'
import { hashModel } from '../hash-file.ts'
import type { PassContext } from '../pass.ts'
import { nameRecipe, normalizeStep, type RecipeStep } from '../recipe.ts'
import type { Candidate, Refusal, SearchEvent } from './candidate.ts'
import { withQualityGoal } from './default-goals.ts'
import { judge, type Verdict } from './judge.ts'
import type { KeptResult, KeptResults } from './kept-results.ts'

export interface TrialSettings {
  /** The original's file. */
  readonly model: string
  /** Where candidates are while they are measured. */
  readonly folder: string
  readonly goals: readonly Goal[]
  readonly context: Omit<PassContext, 'weights'>
  /** Measures the model of a file in turn with the original. */
  readonly evaluate: (path: string) => Promise<Measurements>
  /** Nodes with weights of the model of a file, as the runtime runs them; undefined when it does not tell. */
  readonly inspect?: (path: string) => Promise<readonly RunNode[] | undefined>
  readonly kept: KeptResults
  /** Whether there is no time left to begin with another one. */
  readonly isOver: () => boolean
  tell(event: SearchEvent): void
  /** Resolves once a candidate is recorded as a run. */
  record(candidate: Candidate): Promise<void>
}

/** Tries recipes on a model, each once. */
export interface Trials {
  readonly original: Measurements
  /** Those given, with one of accuracy. */
  readonly goals: readonly Goal[]
  readonly candidates: readonly Candidate[]
  readonly refusals: readonly Refusal[]
  /** Recipes for which there was no time. */
  readonly skipped: number
  /**
   * Makes a model by a recipe and measures it, where that has not been done yet. Undefined when the recipe can do nothing
   * for the model, gives one that does not run, or when there is no time left.
   *
   * @throws CANCELLED; STORAGE_FULL, STORAGE_READ_ONLY
   */
  attempt(steps: readonly RecipeStep[]): Promise<Candidate | undefined>
  /**
   * Makes and measures a candidate once more: of many, the best of a measurement is one that had luck, too.
   *
   * @throws as `attempt`
   */
  confirm(candidate: Candidate): Promise<Verdict | undefined>
}

export async function openTrials(settings: TrialSettings): Promise<Trials> {
  const { kept, model } = settings
  const original = await measureOriginal(settings)
  const goals = withQualityGoal(settings.goals, original)
  const sha256 = await hashModel(model)
  const tried = new Map<string, Candidate | undefined>()
  const candidates: Candidate[] = []
  const refusals: Refusal[] = []
  let skipped = 0

  function refuse(steps: readonly RecipeStep[], reason: string): undefined {
    const refusal = { steps, name: nameRecipe(steps), reason }
    refusals.push(refusal)
    settings.tell({ kind: 'refused', refusal })
  }

  async function take(steps: readonly RecipeStep[], result: KeptResult, isKnown: boolean) {
    if ('reason' in result) return refuse(steps, result.reason)
    const same = result.sha256 === sha256 ? 'the original' : candidates.find((each) => each.sha256 === result.sha256)
    if (same !== undefined)
      return refuse(steps, `It gives ${typeof same === 'string' ? same : `what “${same.name}” gives`}.`)
    const { measurements } = result
    const verdict = judge(goals, measurements, original)
    const training = steps.some(({ pass }) => findPass(pass).needsTraining === true)
      ? { needsTraining: true as const }
      : {}
    const candidate = { ...result, ...training, number: candidates.length + 1, steps, name: nameRecipe(steps), verdict }
    candidates.push(candidate)
    settings.tell({ kind: 'measured', candidate, isKnown })
    await settings.record(candidate)
    return candidate
  }

  async function attempt(given: readonly RecipeStep[]): Promise<Candidate | undefined> {
    const steps = given.map(normalizeStep)
    const key = JSON.stringify(steps)
    if (tried.has(key)) return tried.get(key)
    const known = kept.find(key)
    if (known === undefined && settings.isOver()) {
      skipped += 1
      return undefined
    }
    settings.tell({ kind: 'trying', name: nameRecipe(steps) })
    const result = known ?? (await measure(settings, steps, [sha256, ...candidates.map((each) => each.sha256)]))
    if (known === undefined) await kept.keep(key, result)
    const candidate = await take(steps, result, known !== undefined)
    tried.set(key, candidate)
    return candidate
  }

  async function confirm({ steps, name }: Candidate): Promise<Verdict | undefined> {
    const key = `again ${JSON.stringify(steps)}`
    settings.tell({ kind: 'trying', name })
    const result = kept.find(key) ?? (await measure(settings, steps, []))
    await kept.keep(key, result)
    return 'reason' in result ? undefined : judge(goals, result.measurements, original)
  }

  return {
    original,
    goals,
    candidates,
    refusals,
    get skipped() {
      return skipped
    },
    attempt,
    confirm,
  }
}

async function measureOriginal({ kept, evaluate, model, tell }: TrialSettings): Promise<Measurements> {
  tell({ kind: 'stage', stage: 'original' })
  const known = kept.find('original')
  if (known !== undefined && 'measurements' in known) return known.measurements
  const measurements = await evaluate(model)
  await kept.keep('original', { sha256: '', changes: 0, measurements })
  return measurements
}

/** More reasons than anybody reads. */
const maxSkipped = 100

/** @param others SHA-256 of models that need not be measured again */
async function measure(
  { model, folder, context, evaluate, inspect }: TrialSettings,
  steps: readonly RecipeStep[],
  others: readonly string[],
): Promise<KeptResult> {
  const path = join(folder, `candidate-${process.pid}.onnx`)
  try {
    const { steps: done, sha256 } = await compressFile(model, path, steps, context)
    const changes = done.reduce((sum, step) => sum + step.changes.length, 0)
    const isNew = !others.includes(sha256)
    if (!isNew) return { sha256, changes, measurements: new Map() }
    const skipped = done.flatMap((step) => step.skipped.map(({ name, why }) => `${name}: ${why}`)).slice(0, maxSkipped)
    const left = skipped.length === 0 ? {} : { skipped }
    const measurements = await evaluate(path)
    return { sha256, changes, ...left, layers: toLayers(done, await inspect?.(path)), measurements }
  } catch (error) {
    // What a model that was interrupted says is no word on its recipe.
    if (context.signal.aborted || !(error instanceof RunwrightError) || !isOfTheModel(error)) throw error
    return { reason: error.message }
  } finally {
    for (const file of [path, `${path}.data`]) await rm(file, { force: true })
  }
}

function toLayers(steps: CompressedFile['steps'], nodes: readonly RunNode[] | undefined): CandidateLayers {
  const changes = steps.flatMap(({ pass, changes: made }) => made.map((change) => ({ pass, ...change })))
  return {
    changes: changes.slice(0, maxLayers),
    ...(nodes === undefined ? {} : { nodes: nodes.slice(0, maxLayers) }),
  }
}

/** Whether an error says what a recipe cannot do for this model, rather than that something is wrong here. */
function isOfTheModel({ code }: RunwrightError): boolean {
  switch (code) {
    case 'COMPRESSION_NOT_APPLICABLE':
    case 'BAD_REQUEST':
    case 'INVALID_STATE':
    case 'INVALID_PARAMETER_VALUE':
    case 'NOT_IMPLEMENTED':
      return true
    default:
      return false
  }
}
