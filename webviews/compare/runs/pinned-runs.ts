import type { RunId } from '../../../src/protocol/ids.ts'
import { maxPinned } from '../../../src/protocol/saved-view.ts'

/** Pins runs, or unpins them; those that are more than a view takes are not pinned. */
export function changePinned(
  pinned: readonly RunId[] = [],
  runIds: readonly RunId[],
  isPinned: boolean,
): readonly RunId[] {
  const others = pinned.filter((runId) => !runIds.includes(runId))
  return isPinned ? [...new Set([...pinned, ...runIds])].slice(0, maxPinned) : others
}
