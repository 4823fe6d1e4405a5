import type { ExperimentId, RunId } from '../protocol/ids.ts'

/** Something deleted from the view that can be brought back. */
export interface Deletion {
  readonly connectionId: string
  /** As the user reads it: `run “calm-otter-42”`, `3 runs`. */
  readonly what: string
  readonly of: { readonly runIds: readonly RunId[] } | { readonly experimentId: ExperimentId }
}

/** What was deleted in this window, newest last; undoing takes from the end. */
export interface Deletions {
  add(deletion: Deletion): void
  /** The one named, or else the newest; undefined when it has been undone already. */
  take(deletion?: Deletion): Deletion | undefined
}

/** @param changed told how many deletions can be undone now */
export function createDeletions(changed: (count: number) => void): Deletions {
  const stack: Deletion[] = []
  return {
    add(deletion) {
      stack.push(deletion)
      changed(stack.length)
    },
    take(deletion = stack.at(-1)) {
      const index = deletion === undefined ? -1 : stack.indexOf(deletion)
      if (index < 0) return undefined
      stack.splice(index, 1)
      changed(stack.length)
      return deletion
    },
  }
}
