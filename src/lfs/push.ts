import { throwIfCancelled } from '../protocol/errors.ts'
import type { Work } from '../data/work.ts'
import type { LfsContext } from './context.ts'
import { chooseRemote } from './endpoint.ts'
import { uniqueObjects } from './fetch.ts'
import { listHistoryFiles } from './files.ts'
import type { LfsRepository } from './repository.ts'
import { transferObjects, type TransferResult } from './transfer.ts'

export interface PushOptions {
  /** What is going to be pushed. */
  readonly revisions: readonly string[]
  /** Of git; default: as Git LFS chooses. */
  readonly remote: string | undefined
  /** Of their whole history, not only what no branch of the remote is known to have. */
  readonly isWhole: boolean
}

/**
 * Sends the objects that the commits need, so that "git push" can follow.
 *
 * @throws RESOURCE_DOES_NOT_EXIST for an unknown revision; what `transferObjects` throws
 */
export async function pushLfsObjects(
  repository: LfsRepository,
  { revisions, remote, isWhole }: PushOptions,
  context: LfsContext,
  work: Work,
): Promise<TransferResult> {
  const known = isWhole ? undefined : (remote ?? (await chooseRemote(repository, 'upload')))
  const files = await listHistoryFiles(repository, revisions, known)
  throwIfCancelled(work)
  const pointers = uniqueObjects(files).filter(({ sizeBytes }) => sizeBytes > 0)
  return transferObjects({ repository, operation: 'upload', remote, pointers, context }, work)
}
