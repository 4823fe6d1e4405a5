import type { LineageDirection, LineageGraph, LineageKind } from '../protocol/lineage.ts'

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
}
