import { fetchImports } from './importing/fetch-imports.ts'
import type { DataRepository } from './repository.ts'
import { fetchShares } from './transfer/fetch-shares.ts'
import { createTally } from './transfer/tally.ts'
import type { TransferChoice } from './transfer-choice.ts'
import type { TransferResult } from './transfer-result.ts'
import type { Work } from './work.ts'

/**
 * Brings into the cache what it lacks of the chosen versions. Bytes are hashed as they come; what is not what its name
 * says is not stored. What was broken off goes on where it was.
 *
 * @returns what was brought, with what could not be: objects that the remote does not have, or has damaged
 * @throws RESOURCE_DOES_NOT_EXIST for a path or remote that is none; what concerns a remote, or the cache, as a whole:
 *   PERMISSION_DENIED, TEMPORARILY_UNAVAILABLE, STORAGE_FULL; CANCELLED, and what was brought until then stays
 */
export async function fetchData(
  repository: DataRepository,
  choice: TransferChoice,
  work: Work,
): Promise<TransferResult> {
  const tally = createTally('download', work)
  await fetchShares(repository, choice, tally, work)
  await fetchImports(repository, choice, tally, work)
  return tally.result()
}
