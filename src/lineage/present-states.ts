import { findVersion, type TrackedVersion } from '../data/find-version.ts'
import { openWorkTreePointers, type PointerFiles } from '../data/pointer-files.ts'
import { checkRelativePath } from '../data/relative-path.ts'
import { openDataRepository } from '../data/repository.ts'
import type { DataVersion } from '../protocol/data-versions.ts'
import { RunwrightError } from '../protocol/errors.ts'
import type { PresentState } from '../protocol/lineage.ts'

/**
 * How versions stand to what the `.dvc` files of a workspace name now. No data is read, so that it is known at once.
 *
 * @param workspace absolute path
 */
export async function readPresentStates(
  workspace: string,
  versions: readonly DataVersion[],
): Promise<readonly PresentState[]> {
  const repository = await openDataRepository(workspace).catch((error: unknown) => {
    if (error instanceof RunwrightError) return undefined
    throw error
  })
  const files = repository && openWorkTreePointers(repository.root)
  return Promise.all(
    versions.map(async (version): Promise<PresentState> => {
      const now = files && (await findNow(files, version.path))
      // Part of a folder that is one version today is no longer what it was by itself.
      if (now?.version === undefined || now.path !== version.path) return 'gone'
      return isSame(now.version, version) ? 'same' : 'changed'
    }),
  )
}

/** A `.dvc` file that cannot be read names nothing, and neither does a place outside, whoever logged it. */
async function findNow(files: PointerFiles, path: string): Promise<TrackedVersion | undefined> {
  try {
    return await findVersion(files, checkRelativePath(path, 'A dataset'))
  } catch (error) {
    if (error instanceof RunwrightError) return undefined
    throw error
  }
}

/** By SHA-256 where both have one. */
function isSame(a: DataVersion, b: DataVersion): boolean {
  return a.sha256 === undefined || b.sha256 === undefined ? a.md5 === b.md5 : a.sha256 === b.sha256
}
