import { RunwrightError } from '../protocol/errors.ts'
import type { TrackedOut } from './find-pointers.ts'

/**
 * Those outs that are named: by their paths, by their `.dvc` files, or by a folder that they are in.
 *
 * @param paths from the root of the repository; undefined for all
 * @throws RESOURCE_DOES_NOT_EXIST for a path that names none
 */
export function chooseOuts(outs: readonly TrackedOut[], paths: readonly string[] | undefined): readonly TrackedOut[] {
  if (paths === undefined) return outs
  const chosen = new Set<TrackedOut>()
  for (const path of paths) {
    const named = outs.filter(
      (each) => each.path === path || each.found.path === path || each.path.startsWith(`${path}/`),
    )
    if (named.length === 0) {
      throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `No .dvc file stands for ${path}.`, {
        hint: '"runwright data add" makes one; "runwright data status" lists those there are.',
      })
    }
    for (const each of named) chosen.add(each)
  }
  return outs.filter((each) => chosen.has(each))
}
