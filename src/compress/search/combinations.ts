import { normalizeStep, type RecipeStep } from '../recipe.ts'
import type { Candidate } from './candidate.ts'
import { compareNumbers } from './compare-numbers.ts'
import { familyOf } from './families.ts'
import type { Options } from './variants.ts'

/** Passes that round activations too, which is what balancing is for; and those that leave some weights in float. */
const roundsActivations: ReadonlySet<string> = new Set(['static-int8', 'dynamic-int8', 'mixed-precision'])

/**
 * Recipes of passes that follow one another, the most promising first: those whose parts, each by itself, missed least and
 * cost least.
 *
 * @param best what each pass came to by itself, by the name of the pass; its own step is the last one of its recipe
 * @param balancing names of passes that come before those that round activations
 */
export function combine(
  best: ReadonlyMap<string, Candidate>,
  balancing: readonly string[],
): readonly (readonly RecipeStep[])[] {
  const found: { readonly steps: readonly RecipeStep[]; readonly miss: number; readonly cost: number }[] = []
  const add = (steps: readonly RecipeStep[], ...parts: readonly Candidate[]) => {
    const miss = parts.reduce((sum, { verdict }) => sum + verdict.miss, 0)
    found.push({ steps, miss, cost: parts.reduce((product, { verdict }) => product * verdict.cost, 1) })
  }
  for (const [name, quantized] of best) {
    if (familyOf(name) !== 'quantize' && familyOf(name) !== 'mix') continue
    const [before, own] = split(quantized)
    for (const balanced of balance(quantized.steps, balancing)) add(balanced, quantized)
    // It has stored what it left in float.
    if (familyOf(name) === 'mix') continue
    for (const [other, part] of best) {
      const [, step] = split(part)
      const family = familyOf(other)
      if (family === 'smaller') add([...before, ...step, ...own], quantized, part)
      if (family === 'store') add([...before, ...own, ...step], quantized, part)
      const isForTheRest = family === 'quantize' && roundsActivations.has(name) && !roundsActivations.has(other)
      if (isForTheRest) add([...before, ...own, ...step], quantized, part)
    }
  }
  for (const [name, smaller] of best) {
    if (familyOf(name) !== 'smaller') continue
    for (const [other, part] of best) {
      if (familyOf(other) === 'store') add([...smaller.steps, ...split(part)[1]], smaller, part)
    }
  }
  return found
    .toSorted((a, b) => compareNumbers(a.miss, b.miss) || compareNumbers(a.cost, b.cost))
    .map(({ steps }) => steps)
}

/** Options of balancing, what costs least time first: a Mul where it matters most, then wherever it is worth one. */
const balancingOptions: Readonly<Record<string, readonly Options[]>> = { 'smooth-quant': [{ gain: 8 }, {}] }

/** A recipe with each of these passes before its last step, where that rounds activations, and has no such pass before it. */
export function balance(
  steps: readonly RecipeStep[],
  balancing: readonly string[],
): readonly (readonly RecipeStep[])[] {
  const last = steps.at(-1)
  if (last === undefined || !roundsActivations.has(last.pass)) return []
  if (steps.some(({ pass }) => balancing.includes(pass))) return []
  return balancing.flatMap((pass) =>
    (balancingOptions[pass] ?? [{}]).map((options) => [...steps.slice(0, -1), normalizeStep({ pass, options }), last]),
  )
}

/** The steps that prepare, and the pass's own. */
function split({ steps }: Candidate): readonly [before: readonly RecipeStep[], own: readonly RecipeStep[]] {
  return [steps.slice(0, -1), steps.slice(-1)]
}
