import type { ChangeEvent } from './events.ts'
import type { ExperimentId, RunId } from './ids.ts'

/** A change of runs as a view is told of it: which metrics have new points, but not those, which it asks for when it shows them. */
export type ViewEvent =
  | Exclude<ChangeEvent, { kind: 'metrics' | 'registered-model' | 'kernel-changed' }>
  | {
      readonly kind: 'metrics'
      readonly experimentId: ExperimentId
      readonly runId: RunId
      readonly keys: readonly string[]
    }

/** Undefined for what no view shows. */
export function toViewEvent(event: ChangeEvent): ViewEvent | undefined {
  if (event.kind === 'registered-model' || event.kind === 'kernel-changed') return undefined
  if (event.kind !== 'metrics') return event
  const { kind, experimentId, runId, latest } = event
  return { kind, experimentId, runId, keys: latest.map(({ key }) => key) }
}
