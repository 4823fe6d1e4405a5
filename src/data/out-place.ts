import { posix } from 'node:path'
import { invalidPointer, type PointerOut } from './pointer.ts'
import { checkRelativePath } from './relative-path.ts'

/**
 * Where in the workspace the file or folder is that an out stands for.
 *
 * @param pointer path of its `.dvc` file, from the root of the repository, with `/`
 * @returns from the root
 * @throws INVALID_PARAMETER_VALUE where a `wdir` leads out of the repository, or into Git's or DVC's own folder
 */
export function findOutPlace(
  pointer: string,
  { path, workingFolder }: Pick<PointerOut, 'path' | 'workingFolder'>,
): string {
  const folder = posix.join(posix.dirname(pointer), workingFolder)
  if (folder === '..' || folder.startsWith('../')) {
    throw invalidPointer(
      `${pointer} has the wdir ${JSON.stringify(workingFolder)}, which is outside of the repository.`,
    )
  }
  const place = posix.join(folder, path)
  // What lies below the folder of the `.dvc` file was checked when that was read.
  return workingFolder === '.' ? place : checkRelativePath(place, pointer)
}
