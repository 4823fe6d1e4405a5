import type { LoggedArtifact } from '../../../src/protocol/logged-artifacts.ts'
import type { Host } from '../../shared/host.ts'
import type { ShownRun } from '../charts/curve-line.ts'
import type { ArtifactBytes } from './artifact-bytes.ts'

/** What everything that shows an artifact is made from. */
export interface CellParts {
  readonly host: Host
  readonly bytes: ArtifactBytes
}

/** A run's version of an entry. */
export interface Version {
  readonly run: ShownRun
  readonly artifact: LoggedArtifact
}

/** What shows one artifact, or several of them. It begins to load when it is made. */
export interface ArtifactBody {
  readonly element: HTMLElement
  /** Takes another artifact of the same kind, so that the one before stays until it is there. */
  show?(version: Version): void
  dispose(): void
}
