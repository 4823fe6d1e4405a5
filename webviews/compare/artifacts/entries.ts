import type { RunId } from '../../../src/protocol/ids.ts'
import { type ArtifactKind, artifactKinds, type LoggedArtifact } from '../../../src/protocol/logged-artifacts.ts'

/** What several runs or steps have logged under one key. */
export interface Entry {
  readonly key: string
  readonly kind: ArtifactKind
  /** Ascending; empty where the name says no step. */
  readonly steps: readonly number[]
  readonly runCount: number
  readonly artifacts: readonly LoggedArtifact[]
}

/** What is seen and heard comes first, then by key. */
export function groupEntries(artifacts: readonly LoggedArtifact[]): Entry[] {
  const entries = Array.from(
    Map.groupBy(artifacts, ({ key }) => key),
    ([key, found]) => ({
      key,
      kind: found[0]?.kind ?? 'binary',
      steps: sortSteps(found.flatMap(({ step }) => step ?? [])),
      runCount: new Set(found.map(({ runId }) => runId)).size,
      artifacts: found,
    }),
  )
  return entries.toSorted((a, b) => artifactKinds.indexOf(a.kind) - artifactKinds.indexOf(b.kind))
}

/** What goes on a wall of pictures and sounds. */
export function isMedium({ kind }: Pick<Entry, 'kind'>): boolean {
  return kind === 'image' || kind === 'audio' || kind === 'video'
}

export function listSteps(entries: readonly Entry[]): number[] {
  return sortSteps(entries.flatMap(({ steps }) => steps))
}

function sortSteps(steps: readonly number[]): number[] {
  return [...new Set(steps)].toSorted((a, b) => a - b)
}

/** What a run has at a step: of that step, or the last before it; undefined where it has none yet. */
export function findAt({ artifacts }: Entry, runId: RunId, step: number): LoggedArtifact | undefined {
  let found: LoggedArtifact | undefined
  for (const artifact of artifacts) {
    if (artifact.runId !== runId || (artifact.step ?? -1) > step) continue
    if (found === undefined || (artifact.step ?? -1) >= (found.step ?? -1)) found = artifact
  }
  return found
}
