import type { DataFinding } from '../../protocol/data-versions.ts'
import type { LineageKind, LineageRelation } from '../../protocol/lineage.ts'

/** Something by the key that its own kind of row has. */
export interface Place {
  readonly kind: LineageKind
  /** Of `runs` or `model_versions`; of data its digest. */
  readonly row: number | string
}

/** One edge away from somewhere. */
export interface Step {
  readonly to: Place
  readonly relation: LineageRelation
  readonly found?: DataFinding
  readonly context?: string
}

/** The newest steps first, and how many there are beyond those, at least. */
export interface Steps {
  readonly steps: readonly Step[]
  readonly more: number
}

export type Way = 'up' | 'down'

export function keyOf({ kind, row }: Place): string {
  return `${kind}:${row}`
}

/** Of steps of several sorts together. */
export function joinSteps(parts: readonly Steps[]): Steps {
  return {
    steps: parts.flatMap(({ steps }) => steps),
    more: parts.reduce((sum, { more }) => sum + more, 0),
  }
}

/** @param total default: those given, of which there is one more than `limit` where there are more */
export function cutSteps(steps: readonly Step[], limit: number, total = steps.length): Steps {
  return { steps: steps.slice(0, limit), more: Math.max(0, total - limit) }
}
