import type { RunId } from '../../../src/protocol/ids.ts'

/** As many as are still told apart, and as charts take. */
export const maxChosen = 500

/** Adds runs behind those chosen, or takes them out; order is kept. */
export function changeChoice(chosen: readonly RunId[], runIds: readonly RunId[], isChosen: boolean): readonly RunId[] {
  const changed = new Set(runIds)
  if (!isChosen) return chosen.filter((runId) => !changed.has(runId))
  const present = new Set(chosen)
  return [...chosen, ...runIds.filter((runId) => !present.has(runId))].slice(0, maxChosen)
}
