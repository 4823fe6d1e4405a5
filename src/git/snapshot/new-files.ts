import { lstat } from 'node:fs/promises'
import { RunwrightError } from '../../protocol/errors.ts'
import { type GitPath, toFileName, toPath } from '../git-path.ts'
import { findLfsPaths } from '../lfs-paths.ts'
import type { WorkTree } from '../work-tree.ts'
import type { UnstagedFile } from './work-tree-status.ts'

/** What a snapshot may add to the repository; more is data, and has a better way to travel. */
export interface SnapshotLimits {
  /** Of one file. Default: 100 MB. */
  readonly maxFileBytes?: number
  /** Of all files together. Default: 1 GB. */
  readonly maxTotalBytes?: number
}

const defaultFileBytes = 100e6
const defaultTotalBytes = 1e9

/** What goes into the index of a snapshot, by how it does. */
export interface NewFiles {
  /** As they lie in the work tree, or are gone from it. */
  readonly plain: readonly GitPath[]
  /** As pointers of Git LFS. */
  readonly large: readonly GitPath[]
}

/**
 * Sorts the files of the work tree that the index does not hold.
 *
 * @throws INVALID_STATE naming the file that is too large
 */
export async function sortNewFiles(
  workTree: WorkTree,
  files: readonly UnstagedFile[],
  limits: SnapshotLimits,
): Promise<NewFiles> {
  const [lfs, sizes] = await Promise.all([
    findLfsPaths(
      workTree.root,
      workTree.env,
      files.map(({ path }) => path),
    ),
    measure(workTree, files),
  ])
  const large = files.filter(({ path, isGone, isSubmodule }) => lfs.has(path) && !isGone && !isSubmodule)
  const plain = files.filter((file) => !large.includes(file))
  checkSizes(plain, sizes, limits)
  return { plain: plain.map(({ path }) => path), large: large.map(({ path }) => path) }
}

/** Bytes by path; links and what is gone have none. */
async function measure({ root }: WorkTree, files: readonly UnstagedFile[]): Promise<ReadonlyMap<GitPath, number>> {
  const sizes = new Map<GitPath, number>()
  await Promise.all(
    files.map(async ({ path }) => {
      const entry = await lstat(toPath(root, path)).catch(() => undefined)
      if (entry?.isFile() === true) sizes.set(path, entry.size)
    }),
  )
  return sizes
}

function checkSizes(
  files: readonly UnstagedFile[],
  sizes: ReadonlyMap<GitPath, number>,
  { maxFileBytes = defaultFileBytes, maxTotalBytes = defaultTotalBytes }: SnapshotLimits,
): void {
  const sizeOf = (file: UnstagedFile) => sizes.get(file.path) ?? 0
  const [largest] = files.toSorted((a, b) => sizeOf(b) - sizeOf(a))
  if (largest === undefined) return
  const name = toFileName(largest.path)
  const hint = `Name it in .gitignore, log it as a dataset or artifact, or track it with Git LFS.`
  if (sizeOf(largest) > maxFileBytes) {
    const what = largest.isTracked ? 'a changed file' : 'a file that git does not know'
    throw new RunwrightError(
      'INVALID_STATE',
      `${name} is ${what} of ${formatMegabytes(sizeOf(largest))}; code travels with files of up to ${formatMegabytes(maxFileBytes)}.`,
      { hint },
    )
  }
  const totalBytes = files.reduce((sum, file) => sum + sizeOf(file), 0)
  if (totalBytes > maxTotalBytes) {
    throw new RunwrightError(
      'INVALID_STATE',
      `${files.length} new and changed files have ${formatMegabytes(totalBytes)} together; code travels with up to ${formatMegabytes(maxTotalBytes)}. The largest is ${name}.`,
      { hint: 'Name folders of data in .gitignore.' },
    )
  }
}

function formatMegabytes(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.ceil(bytes / 1e6)} MB`
}
