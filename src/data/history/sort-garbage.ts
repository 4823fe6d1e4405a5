import type { Sha256 } from '../hash.ts'
import { type ObjectKey, parseChunkKey } from '../object-key.ts'
import type { ListedObject } from '../remote.ts'
import { throwIfCancelled } from '../../protocol/errors.ts'
import type { Work } from '../work.ts'
import type { GarbagePlace, StoredObject } from './garbage-place.ts'

/** How much stays, and why. */
interface Stay {
  keptCount: number
  youngCount: number
  unknownAgeCount: number
  /** Packs of a remote of chunks that have something needed, and something that is not. */
  heldBackCount: number
  /** Of those packs what is not needed. */
  heldBackBytes: number
}

type Reason = 'keptCount' | 'youngCount' | 'unknownAgeCount'

/** What of a place is to go, and how much of it stays. */
export interface SortedGarbage extends Readonly<Stay> {
  /** All of a group has to be gone before the next one begins, so that nothing is left that names what is not there. */
  readonly groups: readonly (readonly StoredObject[])[]
}

export interface AgeLimit {
  /** What came later is too young. Milliseconds since 1970-01-01 UTC. */
  readonly before: number
  /** Whether also that goes of which it is not told when it came. */
  readonly isWithUnknownAge: boolean
}

/** @throws CANCELLED; STORAGE_DAMAGED where it cannot be known which packs are needed */
export async function sortGarbage(
  place: GarbagePlace,
  isNeeded: (key: ObjectKey) => boolean,
  limit: AgeLimit,
  { signal }: Pick<Work, 'signal'>,
): Promise<SortedGarbage> {
  const [lists, files, recipes]: [StoredObject[], StoredObject[], StoredObject[]] = [[], [], []]
  const listed: Listed = { indexes: [], packs: [], recipes: [] }
  const stay: Stay = { keptCount: 0, youngCount: 0, unknownAgeCount: 0, heldBackCount: 0, heldBackBytes: 0 }
  for await (const object of place.list(signal)) {
    throwIfCancelled({ signal })
    const chunk = parseChunkKey(object.key)
    if (chunk !== undefined && chunk.kind !== 'recipe') {
      listed[chunk.kind === 'pack' ? 'packs' : 'indexes'].push({ ...object, name: chunk.name })
      continue
    }
    const reason = isNeeded(object.key) ? 'keptCount' : findReasonToStay(object, limit)
    if (reason !== undefined) {
      stay[reason]++
      if (chunk !== undefined) listed.recipes.push(object.key)
    } else if (chunk !== undefined) recipes.push(toStored(object))
    else (object.key.endsWith('.dir') ? lists : files).push(toStored(object))
  }
  const { indexes, packs } = await sortPacks(place, listed, limit, stay, signal)
  return { groups: [lists, files, recipes, indexes, packs], ...stay }
}

interface Packed extends ListedObject {
  readonly name: Sha256
}

interface Listed {
  readonly indexes: Packed[]
  readonly packs: Packed[]
  /** Of those that stay. */
  readonly recipes: ObjectKey[]
}

/** The index of a pack stays as long as the pack, and goes before it: whoever finds one takes its chunks to be there. */
async function sortPacks(
  place: GarbagePlace,
  listed: Listed,
  limit: AgeLimit,
  stay: Stay,
  signal: AbortSignal,
): Promise<{ readonly indexes: readonly StoredObject[]; readonly packs: readonly StoredObject[] }> {
  if (listed.packs.length + listed.indexes.length === 0) return { indexes: [], packs: [] }
  const use = await place.readPackUse(listed.recipes, signal)
  const reasons = new Map<Sha256, Reason | undefined>()
  for (const pack of listed.packs) {
    const neededBytes = use.countBytes(pack.name)
    reasons.set(pack.name, neededBytes > 0 ? 'keptCount' : findReasonToStay(pack, limit))
    if (neededBytes === 0 || neededBytes >= pack.sizeBytes) continue
    stay.heldBackCount++
    stay.heldBackBytes += pack.sizeBytes - neededBytes
  }
  const isGarbage = (object: Packed) => {
    const reason = reasons.has(object.name) ? reasons.get(object.name) : findReasonToStay(object, limit)
    if (reason !== undefined) stay[reason]++
    return reason === undefined
  }
  return {
    indexes: listed.indexes.filter(isGarbage).map(toStored),
    packs: listed.packs.filter(isGarbage).map(toStored),
  }
}

function toStored({ key, sizeBytes }: ListedObject): StoredObject {
  return { key, sizeBytes }
}

function findReasonToStay({ changedAt }: ListedObject, { before, isWithUnknownAge }: AgeLimit): Reason | undefined {
  if (changedAt === undefined) return isWithUnknownAge ? undefined : 'unknownAgeCount'
  return changedAt >= before ? 'youngCount' : undefined
}
