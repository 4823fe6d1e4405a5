/** What can be deleted for good: a run, logged model or experiment that was deleted, or a folder that no row knows. */
export const garbageKinds = ['run', 'logged-model', 'experiment', 'folder'] as const
export type GarbageKind = (typeof garbageKinds)[number]

export interface GarbageName {
  readonly kind: GarbageKind
  /** Of a folder, its path below the artifacts. */
  readonly id: string
}

export interface Garbage extends GarbageName {
  /** Of a folder, its path. */
  readonly name: string
  /** When it was deleted; of a folder, when it was last changed. Milliseconds since 1970-01-01 UTC. */
  readonly deletedTime: number
  /** Of its artifacts. */
  readonly sizeBytes: number
}

/** Something that was deleted and stays. */
export interface HeldGarbage extends GarbageName {
  readonly name: string
  /** Who needs it, as `version 3 of digits`. */
  readonly neededBy: string
}

export interface StoreMethods {
  /** What was deleted before a time (milliseconds since 1970-01-01 UTC) and can go for good, in the order to remove it. */
  'store/garbage': {
    params: { before: number }
    result: { garbage: readonly Garbage[]; held: readonly HeldGarbage[] }
  }
  /** Deletes for good; of at most 100 that `store/garbage` has named, those that still are garbage. */
  'store/remove-garbage': {
    params: { before: number; names: readonly GarbageName[] }
    result: { removed: readonly GarbageName[] }
  }
}
