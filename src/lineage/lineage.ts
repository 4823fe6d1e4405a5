import type { DataVersion } from '../protocol/data-versions.ts'
import type { LineageDirection, LineageGraph, LineageKind, PresentState } from '../protocol/lineage.ts'

/** The front of the feature: what came of what, over runs, data and registered models. */
export interface Lineage {
  /** @throws RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE for an id that is none of its kind */
  of(asked: {
    readonly kind: LineageKind
    readonly id: string
    readonly direction: LineageDirection
    /** Edges from what was asked for. */
    readonly depth: number
    /** Nodes in the answer. */
    readonly limit: number
  }): Promise<LineageGraph>
  /** The md5 and the SHA-256 of all data that any run has read or written, deleted runs included. */
  hashes(): Promise<readonly string[]>
  /** How versions stand to the workspace now, in their order. */
  present(versions: readonly DataVersion[]): Promise<readonly PresentState[]>
}
