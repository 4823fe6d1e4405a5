import type { Candidate } from './candidate.ts'
import { balance } from './combinations.ts'
import { compareCandidates, isWorthMending } from './compare-candidates.ts'
import { keepLayers, type LayerSettings } from './keep-layers.ts'
import type { Trials } from './trials.ts'

/** Near misses that are won back before other passes are tried: the others wait for their turn. */
const mostNearMisses = 2

/** Layers that may stay in float for it: what takes more was no near miss, and waits for its turn, too. */
const mostLayers = 4

/**
 * Wins accuracy back for what misses the least of it: by balancing before it, which takes one more candidate; then by the
 * most sensitive layers in float, unless something cheaper is good enough already.
 *
 * @param alone what passes that round weights give by themselves, by their names
 * @param balancing names of passes that come before those that round activations
 * @returns those that are good enough now, by the names of their passes
 */
export async function winBack(
  alone: ReadonlyMap<string, Candidate>,
  balancing: readonly string[],
  trials: Trials,
  settings: LayerSettings,
): Promise<ReadonlyMap<string, Candidate>> {
  const near = [...alone]
    .filter(([, candidate]) => isWorthMending(candidate))
    .toSorted(([, a], [, b]) => compareCandidates(a, b))
    .slice(0, mostNearMisses)
  const won = new Map<string, Candidate>()
  const keepBetter = (name: string, candidate: Candidate | undefined) => {
    if (candidate === undefined || candidate.verdict.qualityMiss > 0) return
    const known = won.get(name)
    if (known === undefined || compareCandidates(candidate, known) < 0) won.set(name, candidate)
  }
  if (near.length > 0) settings.tell({ kind: 'stage', stage: 'combinations' })
  for (const [name, { steps }] of near) {
    for (const balanced of balance(steps, balancing)) keepBetter(name, await trials.attempt(balanced))
  }
  for (const [name, candidate] of near) {
    const cheapest = Math.min(
      ...trials.candidates.filter(({ verdict }) => verdict.isGood).map(({ verdict }) => verdict.cost),
    )
    if (candidate.verdict.cost >= cheapest) continue
    settings.tell({ kind: 'stage', stage: 'layers' })
    keepBetter(name, await keepLayers(candidate, trials, settings, mostLayers))
  }
  return won
}
