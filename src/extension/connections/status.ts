import { countRunning } from '../tree/format.ts'
import type { Connection } from './connections.ts'
import { localize } from '../localize.ts'

/** What the status bar says of the connections. */
export function describeStatus(connections: readonly Pick<Connection, 'place' | 'state'>[]): {
  readonly text: string
  readonly tooltip: string
} {
  const running = connections.reduce(
    (sum, { state }) => sum + (state.kind === 'connected' ? state.tree.activeRunCount() : 0),
    0,
  )
  const failed = connections.filter(({ state }) => state.kind === 'failed')
  const connecting = connections.some(({ state }) => state.kind === 'connecting')
  const lines = connections.map(({ place, state }) => {
    return `${place.label}: ${describeState(state.kind)}`
  })
  const tooltip = [`Runwright: ${countRunning(running)}`, ...lines].join('\n')
  if (failed.length > 0) return { text: '$(warning) Runwright', tooltip }
  if (connecting) return { text: '$(beaker) Runwright …', tooltip }
  return { text: running > 0 ? `$(beaker) ${countRunning(running)}` : '$(beaker) Runwright', tooltip }
}

function describeState(state: Connection['state']['kind']): string {
  switch (state) {
    case 'connecting':
      return localize('connecting')
    case 'connected':
      return localize('connected')
    case 'failed':
      return localize('not reachable')
  }
}
