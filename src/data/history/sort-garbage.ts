import type { ObjectKey } from '../object-key.ts'
import type { ListedObject } from '../remote.ts'
import { throwIfCancelled, type Work } from '../work.ts'
import type { GarbagePlace, StoredObject } from './garbage-place.ts'

/** What of a place is to go, and how much of it stays. */
export interface SortedGarbage {
  /** All of a group has to be gone before the next one begins: lists of folders, then files. */
  readonly groups: readonly (readonly StoredObject[])[]
  readonly keptCount: number
  readonly youngCount: number
  readonly unknownAgeCount: number
}

export interface AgeLimit {
  /** What came later is too young. Milliseconds since 1970-01-01 UTC. */
  readonly before: number
  /** Whether also that goes of which it is not told when it came. */
  readonly isWithUnknownAge: boolean
}

/** @throws CANCELLED */
export async function sortGarbage(
  place: GarbagePlace,
  isNeeded: (key: ObjectKey) => boolean,
  limit: AgeLimit,
  { signal }: Pick<Work, 'signal'>,
): Promise<SortedGarbage> {
  const [lists, files]: [StoredObject[], StoredObject[]] = [[], []]
  const counts = { keptCount: 0, youngCount: 0, unknownAgeCount: 0 }
  for await (const object of place.list(signal)) {
    throwIfCancelled({ signal })
    const reason = isNeeded(object.key) ? 'keptCount' : findReasonToStay(object, limit)
    if (reason !== undefined) counts[reason]++
    else (object.key.endsWith('.dir') ? lists : files).push({ key: object.key, sizeBytes: object.sizeBytes })
  }
  return { groups: [lists, files], ...counts }
}

function findReasonToStay(
  { changedAt }: ListedObject,
  { before, isWithUnknownAge }: AgeLimit,
): 'youngCount' | 'unknownAgeCount' | undefined {
  if (changedAt === undefined) return isWithUnknownAge ? undefined : 'unknownAgeCount'
  return changedAt >= before ? 'youngCount' : undefined
}
