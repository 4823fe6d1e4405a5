import { RunwrightError } from '../../protocol/errors.ts'
import { findPointers, listOuts, type TrackedOut } from '../find-pointers.ts'
import type { DataRepository } from '../repository.ts'

/**
 * The one file or folder that is meant, by its path or that of its `.dvc` file.
 *
 * @param path from the root of the repository
 * @throws RESOURCE_DOES_NOT_EXIST; INVALID_PARAMETER_VALUE where its `.dvc` file stands for more than it
 */
export async function findTracked(
  repository: DataRepository,
  path: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<TrackedOut> {
  const found = listOuts(await findPointers(repository, env)).filter(
    (each) => each.path === path || each.found.path === path,
  )
  const [tracked] = found
  if (tracked === undefined) {
    throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `No .dvc file stands for ${path}.`, {
      hint: '"runwright data status" lists what is under version control.',
    })
  }
  if (tracked.found.pointer.outs.length === 1) return tracked
  throw new RunwrightError('INVALID_PARAMETER_VALUE', `${tracked.found.path} stands for more than ${path}.`, {
    hint: 'Only what has a .dvc file of its own can be changed so.',
  })
}
