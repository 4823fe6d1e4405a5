import type { CompressionPass } from '../pass.ts'
import type { RecipeStep } from '../recipe.ts'
import type { Candidate } from './candidate.ts'
import { combine } from './combinations.ts'
import { compareCandidates, isWorthMending } from './compare-candidates.ts'
import { familyOf, orderByPromise } from './families.ts'
import { keepLayers, type LayerSettings } from './keep-layers.ts'
import type { Trials } from './trials.ts'
import { exactVariants, fastVariants } from './variants.ts'
import { winBack } from './win-back.ts'

export interface ExploreSettings extends LayerSettings {
  readonly passes: readonly CompressionPass[]
}

/**
 * Tries recipes on a model, from what is simple to what is not, and always in the same order: each pass by itself; then,
 * where accuracy is missed, other options and the most sensitive layers in float; then passes one after the other. What is
 * nearly good enough is won back early, so that a short search has seen that, too.
 */
export async function explore(trials: Trials, settings: ExploreSettings): Promise<void> {
  settings.tell({ kind: 'stage', stage: 'alone' })
  const ordered = orderByPromise(settings.passes)
  const base = await prepare(trials, settings.passes)
  const balancing = settings.passes.map(({ name }) => name).filter((name) => familyOf(name) === 'balance')
  const best = await tryAlone(ordered.filter(roundsWeights), base, trials)
  for (const [name, candidate] of await winBack(best, balancing, trials, settings)) best.set(name, candidate)
  settings.tell({ kind: 'stage', stage: 'alone' })
  for (const [name, candidate] of await tryAlone(ordered, base, trials)) if (!best.has(name)) best.set(name, candidate)
  settings.tell({ kind: 'stage', stage: 'options' })
  for (const pass of ordered) {
    const candidate = best.get(pass.name)
    if (candidate !== undefined) best.set(pass.name, await tryOptions(pass, candidate, trials))
  }
  settings.tell({ kind: 'stage', stage: 'layers' })
  for (const [name, candidate] of best) {
    if (!roundsWeights({ name }) || !isWorthMending(candidate)) continue
    const mixed = await keepLayers(candidate, trials, settings)
    if (mixed !== undefined) best.set(name, mixed)
  }
  settings.tell({ kind: 'stage', stage: 'combinations' })
  for (const steps of combine(dropUntrained(best, settings.passes), balancing)) {
    await trials.attempt(steps)
  }
}

/** Passes that round weights one by one, which takes seconds, gives the most, and can leave out any layer. */
function roundsWeights({ name }: Pick<CompressionPass, 'name'>): boolean {
  return familyOf(name) === 'quantize' || familyOf(name) === 'store'
}

/** What each pass gives by itself, by its name. */
async function tryAlone(
  passes: readonly CompressionPass[],
  base: readonly RecipeStep[],
  trials: Trials,
): Promise<Map<string, Candidate>> {
  const found = new Map<string, Candidate>()
  for (const { name } of passes) {
    // Balancing makes a model neither smaller nor faster by itself.
    if (familyOf(name) === 'prepare' || familyOf(name) === 'balance') continue
    const candidate = await trials.attempt([...base, { pass: name }])
    if (candidate !== undefined) found.set(name, candidate)
  }
  return found
}

/** What a pass has taken away of what the model has learnt no other pass wins back: training does. */
function dropUntrained(
  best: ReadonlyMap<string, Candidate>,
  passes: readonly CompressionPass[],
): ReadonlyMap<string, Candidate> {
  const untrained = new Set(passes.filter(({ needsTraining }) => needsTraining === true).map(({ name }) => name))
  return new Map([...best].filter(([name, { verdict }]) => !untrained.has(name) || verdict.qualityMiss === 0))
}

/** What goes before everything else: those of the passes that prepare a graph that do something for this one. */
async function prepare(trials: Trials, passes: readonly CompressionPass[]): Promise<readonly RecipeStep[]> {
  let steps: readonly RecipeStep[] = []
  for (const { name } of passes) {
    if (familyOf(name) !== 'prepare') continue
    const more = [...steps, { pass: name }]
    if ((await trials.attempt(more)) !== undefined) steps = more
  }
  return steps
}

/** The better of a candidate and those with other options: more exact ones where it misses accuracy, else faster ones. */
async function tryOptions(pass: CompressionPass, first: Candidate, trials: Trials): Promise<Candidate> {
  const options = first.steps.at(-1)?.options ?? {}
  const { qualityMiss, isSlower, cost } = first.verdict
  const isWorthIt = !isSlower && cost < 1 && qualityMiss > 0
  const variants = [
    ...(qualityMiss === 0 || isSlower ? fastVariants(pass.options, options) : []),
    ...(isWorthIt ? exactVariants(pass.options, options) : []),
  ]
  let best = first
  for (const each of variants) {
    const candidate = await trials.attempt([...first.steps.slice(0, -1), { pass: pass.name, options: each }])
    if (candidate !== undefined && compareCandidates(candidate, best) < 0) best = candidate
  }
  return best
}
