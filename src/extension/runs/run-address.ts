import type { RunId } from '../../protocol/ids.ts'
import type { RunElement } from '../tree/element.ts'

/** Names a run to an action, whether it is chosen in the tree or in a table. */
export interface RunAddress {
  readonly connectionId: string
  readonly runId: RunId
}

export function addressOf({ row, experiment }: RunElement): RunAddress {
  return { connectionId: experiment.connectionId, runId: row.runId }
}
