import { RunwrightError } from '../protocol/errors.ts'
import type { Connections } from './connections/connections.ts'

/** What is wrong with a filter, in the words of whoever will run it; undefined when nothing is. */
export async function findFilterError(connections: Connections, filter: string): Promise<string | undefined> {
  if (filter.trim() === '') return undefined
  for (const { state } of connections.list()) {
    if (state.kind !== 'connected') continue
    const [experiment] = await state.tree.experiments()
    if (experiment === undefined) continue
    const experimentIds = [experiment.experiment.experimentId]
    try {
      await state.client.call('runs/list', { experimentIds, filter, limit: 1 })
    } catch (error) {
      if (error instanceof RunwrightError && error.code === 'INVALID_PARAMETER_VALUE') return error.message
      throw error
    }
  }
  return undefined
}
