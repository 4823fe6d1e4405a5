import { RunwrightError } from '../../../src/protocol/errors.ts'
import type { RunId } from '../../../src/protocol/ids.ts'
import { createSignal, type Signal } from '../../shared/signal.ts'
import type { Parts } from '../tab.ts'
import type { ShownRun } from './curve-line.ts'

/** Runs that are shown while none are chosen. */
export const newestCount = 10
const pageSize = 1000

export interface RunSource {
  /** The chosen runs in the order they were chosen, or the newest ones, hidden ones included. */
  readonly listed: Signal<readonly ShownRun[]>
  /** Those that are not hidden. */
  readonly shown: Signal<readonly ShownRun[]>
  /** Undefined while all is well. */
  readonly error: Signal<string | undefined>
  load(): Promise<void>
  /** The view has changed: what is known of the runs is put together anew. */
  refresh(): void
}

export function createRunSource({ host, state }: Parts): RunSource {
  const listed = createSignal<readonly ShownRun[]>([])
  const shown = createSignal<readonly ShownRun[]>([])
  const error = createSignal<string | undefined>(undefined)
  let names: ReadonlyMap<RunId, string> = new Map()
  let running: AbortController | undefined

  function refresh(): void {
    const { chosen, hidden } = state.view
    const ids = chosen.length > 0 ? chosen.filter((runId) => names.has(runId)) : [...names.keys()]
    const runs = ids.map((runId, place) => ({
      runId,
      name: names.get(runId) ?? runId,
      color: state.colorOf(runId, place),
    }))
    setIfOther(listed, runs)
    const isHidden = new Set<RunId>(hidden)
    setIfOther(
      shown,
      runs.filter(({ runId }) => !isHidden.has(runId)),
    )
  }

  async function load(): Promise<void> {
    running?.abort()
    const { signal } = (running = new AbortController())
    const { chosen, filter } = state.view
    const isChosen = chosen.length > 0
    const which = isChosen ? { filter: `run_id IN (${chosen.map((runId) => `'${runId}'`).join(', ')})` } : { filter }
    const limit = isChosen ? pageSize : newestCount
    try {
      const { experimentIds } = state
      const params = { experimentIds, columns: [], limit, areTotalsKnown: true, ...which }
      const { rows } = await host.call('table/rows', params, signal)
      names = new Map(rows.map(({ runId, name }) => [runId, name]))
      error.set(undefined)
      refresh()
    } catch (cause) {
      if (signal.aborted) return
      if (!(cause instanceof RunwrightError)) throw cause
      error.set(cause.message)
    }
  }

  return { listed, shown, error, load, refresh }
}

/** Charts draw anew when their runs change, which an equal list is not. */
function setIfOther(signal: Signal<readonly ShownRun[]>, runs: readonly ShownRun[]): void {
  const isSame =
    runs.length === signal.value.length &&
    runs.every(({ runId, name, color }, index) => {
      const before = signal.value[index]
      return before?.runId === runId && before.name === name && before.color === color
    })
  if (!isSame) signal.set(runs)
}
