import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { LfsPointer } from '../git/lfs-pointer.ts'
import { RunwrightError } from '../protocol/errors.ts'
import type { LfsRepository } from './repository.ts'

/**
 * Objects from this size on are on the disk before they have their name. A smaller one that a power cut takes has another size
 * afterwards, and is fetched again; thousands of them would be waited for.
 */
export const syncedBytes = 1 << 20

/** Where Git LFS keeps the content of a pointer: `aa/bb/aabb…`. */
export function objectPath({ objectsFolder }: Pick<LfsRepository, 'objectsFolder'>, oid: string): string {
  return join(objectsFolder, oid.slice(0, 2), oid.slice(2, 4), oid)
}

/** By its size alone; whoever uses the content hashes it. */
export async function hasObject(
  repository: Pick<LfsRepository, 'objectsFolder'>,
  { oid, sizeBytes }: LfsPointer,
): Promise<boolean> {
  // The empty content is everywhere.
  if (sizeBytes === 0) return true
  const found = await stat(objectPath(repository, oid)).catch(() => undefined)
  return found?.isFile() === true && found.size === sizeBytes
}

/** The store has other bytes than the name of a file in it says. */
export function createDamaged(path: string): RunwrightError {
  return new RunwrightError('STORAGE_DAMAGED', `${path} does not have the bytes that its name says.`, {
    hint: 'Remove it, and fetch or add the file again.',
  })
}
