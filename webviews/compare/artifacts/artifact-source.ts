import { RunwrightError } from '../../../src/protocol/errors.ts'
import type { RunId } from '../../../src/protocol/ids.ts'
import type { LoggedArtifact } from '../../../src/protocol/logged-artifacts.ts'
import type { Host } from '../../shared/host.ts'

const pageSize = 10_000
const maxArtifacts = 50_000
/** As many runs as the engine looks through at once. */
export const maxRuns = 100

export interface LoadedArtifacts {
  readonly artifacts: readonly LoggedArtifact[]
  /** All that there are, whatever was loaded. */
  readonly total: number
  /** Runs with more files than are listed. */
  readonly cutRuns: readonly RunId[]
}

/** Loads what runs have logged, one load at a time: a new one takes the place of the one before. */
export function createArtifactSource(
  host: Pick<Host, 'call'>,
  loaded: (result: LoadedArtifacts) => void,
  failed: (error: RunwrightError) => void,
) {
  let running: AbortController | undefined

  async function loadAll(runIds: readonly RunId[], signal: AbortSignal): Promise<LoadedArtifacts> {
    const artifacts: LoggedArtifact[] = []
    for (;;) {
      const page = await host.call('artifacts/logged', { runIds, offset: artifacts.length, limit: pageSize }, signal)
      artifacts.push(...page.artifacts)
      const isAll = page.artifacts.length === 0 || artifacts.length >= Math.min(page.total, maxArtifacts)
      if (isAll) return { artifacts, total: page.total, cutRuns: page.cutRuns }
    }
  }

  return {
    async load(runIds: readonly RunId[]): Promise<void> {
      running?.abort()
      const { signal } = (running = new AbortController())
      if (runIds.length === 0) return loaded({ artifacts: [], total: 0, cutRuns: [] })
      try {
        const result = await loadAll(runIds.slice(0, maxRuns), signal)
        if (!signal.aborted) loaded(result)
      } catch (error) {
        if (signal.aborted) return
        if (!(error instanceof RunwrightError)) throw error
        failed(error)
      }
    },
  }
}
