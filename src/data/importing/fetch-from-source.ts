import { RunwrightError } from '../../protocol/errors.ts'
import { type DataHash, isDirHash, type Sha256 } from '../hash.ts'
import type { RemoteOptions } from '../remote.ts'
import type { DataRepository } from '../repository.ts'
import { fetchShares } from '../transfer/fetch-shares.ts'
import { createTally } from '../transfer/tally.ts'
import type { Work } from '../work.ts'
import type { SourceRepository } from './open-source-repository.ts'

/**
 * Brings data of another repository into our cache: its own cache, if it is on this machine, and its remotes are asked
 * one after another.
 *
 * @throws RESOURCE_DOES_NOT_EXIST when none of them has all of it
 */
export async function fetchFromSource(
  repository: DataRepository,
  { places }: Pick<SourceRepository, 'places'>,
  { hash, sha256 }: { readonly hash: DataHash; readonly sha256: Sha256 | undefined },
  env: RemoteOptions['env'],
  work: Work,
): Promise<void> {
  let failure: RunwrightError | undefined
  const manifests = sha256 === undefined || !isDirHash(hash) ? [] : [sha256]
  const choice = { paths: [], remote: undefined, others: { data: [hash], manifests }, env }
  for (const place of places) {
    const tally = createTally('download', work)
    await fetchShares({ ...repository, ...place }, choice, tally, work)
    const [first] = tally.result().failures
    if (first === undefined) return
    failure = first.error
  }
  throw failure ?? withoutPlace()
}

function withoutPlace(): RunwrightError {
  return new RunwrightError('RESOURCE_DOES_NOT_EXIST', 'That repository has no remote that has its data.', {
    hint: 'Push the data there first: "runwright data push".',
  })
}
