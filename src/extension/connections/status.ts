import { formatCount } from '../tree/format.ts'
import type { Connection } from './connections.ts'

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
    const words = { connecting: 'connecting', connected: 'connected', failed: 'not reachable' }[state.kind]
    return `${place.label}: ${words}`
  })
  const tooltip = [`Runwright: ${formatCount(running)} running`, ...lines].join('\n')
  if (failed.length > 0) return { text: '$(warning) Runwright', tooltip }
  if (connecting) return { text: '$(beaker) Runwright …', tooltip }
  return { text: running > 0 ? `$(beaker) ${formatCount(running)} running` : '$(beaker) Runwright', tooltip }
}
