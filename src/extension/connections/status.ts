import { addLiveRuns, describeLiveRuns } from '../tree/live-runs.ts'
import type { ExperimentTree } from '../tree/experiment-tree.ts'
import { localize } from '../localize.ts'

/** As much of a connection as the status bar tells. */
export interface StatusSource {
  readonly place: { readonly label: string }
  readonly state:
    | { readonly kind: 'connected'; readonly tree: Pick<ExperimentTree, 'liveRuns'> }
    | { readonly kind: 'connecting' | 'failed' }
}

/** What the status bar says of the connections. */
export function describeStatus(connections: readonly StatusSource[]): {
  readonly text: string
  readonly tooltip: string
} {
  const all = addLiveRuns(connections.flatMap(({ state }) => (state.kind === 'connected' ? state.tree.liveRuns() : [])))
  const live = describeLiveRuns(all).join(', ')
  const failed = connections.filter(({ state }) => state.kind === 'failed')
  const connecting = connections.some(({ state }) => state.kind === 'connecting')
  const lines = connections.map(({ place, state }) => {
    return `${place.label}: ${describeState(state.kind)}`
  })
  const tooltip = [`Runwright: ${live || localize('nothing running')}`, ...lines].join('\n')
  if (failed.length > 0) return { text: '$(warning) Runwright', tooltip }
  if (connecting) return { text: '$(beaker) Runwright …', tooltip }
  return { text: `$(beaker) ${live || 'Runwright'}`, tooltip }
}

function describeState(state: StatusSource['state']['kind']): string {
  switch (state) {
    case 'connecting':
      return localize('connecting')
    case 'connected':
      return localize('connected')
    case 'failed':
      return localize('not reachable')
  }
}
