import { mapConcurrently } from '../base/map-concurrently.ts'
import type { Client } from '../protocol/client.ts'
import type { RunId } from '../protocol/ids.ts'
import type { ArtifactKind, LoggedArtifact } from '../protocol/logged-artifacts.ts'
import type { DiffedRun } from '../protocol/run-diff.ts'

/** Artifacts of several runs, those that stand for the same thing in one row. */
export interface ArtifactDiff {
  readonly runs: readonly Pick<DiffedRun, 'runId' | 'name'>[]
  /** By key, then step. */
  readonly artifacts: readonly ArtifactRow[]
  /** Runs with more files than are looked at. */
  readonly cutRuns: readonly RunId[]
}

export interface ArtifactRow {
  /** As it was logged, or the path with `*` in the place of the step. */
  readonly key: string
  readonly step: number | null
  readonly kind: ArtifactKind
  /** One for each run; null where it has none. */
  readonly values: readonly (ArtifactFile | null)[]
  readonly isDifferent: boolean
}

export interface ArtifactFile {
  readonly path: string
  readonly sizeBytes: number
  /** Of its bytes, in hex; there only where all runs have it in one size, so that nothing else tells them apart. */
  readonly sha256?: string
}

/** As many as one call lists. */
const pageSize = 10_000

const concurrency = 4

/**
 * Compares the artifacts of runs: by which runs have them, their sizes and, where these are equal, their bytes.
 *
 * @throws RESOURCE_DOES_NOT_EXIST
 */
export async function loadArtifactDiff(client: Client, runIds: readonly RunId[]): Promise<ArtifactDiff> {
  const [runs, { artifacts, cutRuns }] = await Promise.all([
    mapConcurrently(runIds, concurrency, async (runId) => (await client.call('runs/get', { runId })).run),
    listArtifacts(client, runIds),
  ])
  // JSON keeps a step apart from a key that ends in its digits.
  const rows = Map.groupBy(artifacts, ({ key, step }) => JSON.stringify([key, step]))
  return {
    runs: runs.map(({ runId, name }) => ({ runId, name })),
    artifacts: await mapConcurrently([...rows.values()], concurrency, (found) => compareRow(client, runIds, found)),
    cutRuns,
  }
}

async function listArtifacts(client: Client, runIds: readonly RunId[]) {
  const artifacts: LoggedArtifact[] = []
  for (;;) {
    const page = await client.call('artifacts/logged', { runIds, offset: artifacts.length, limit: pageSize })
    artifacts.push(...page.artifacts)
    if (page.artifacts.length === 0 || artifacts.length >= page.total) return { artifacts, cutRuns: page.cutRuns }
  }
}

async function compareRow(
  client: Client,
  runIds: readonly RunId[],
  found: readonly LoggedArtifact[],
): Promise<ArtifactRow> {
  const { key = '', step = null, kind = 'binary' } = found[0] ?? {}
  const files = runIds.map((runId) => found.findLast((artifact) => artifact.runId === runId))
  const present = files.filter((file) => file !== undefined)
  const isOfOneSize = present.length === runIds.length && new Set(present.map(({ sizeBytes }) => sizeBytes)).size === 1
  const values = await mapConcurrently(files, concurrency, async (file): Promise<ArtifactFile | null> => {
    if (file === undefined) return null
    const { runId, path, sizeBytes } = file
    if (!isOfOneSize) return { path, sizeBytes }
    const { sha256 } = await client.call('artifacts/digest', { runId, path })
    return { path, sizeBytes, sha256 }
  })
  const isDifferent = !isOfOneSize || new Set(values.map((value) => value?.sha256)).size > 1
  return { key, step, kind, values, isDifferent }
}
