import type { Git } from './git.ts'
import { withoutOwnFiles } from './own-files.ts'

/** A patch beyond this is left out; a megabyte of source is more than most projects have. */
export const maxPatchBytes = 16 << 20

/** Whatever the user's own settings say, the patch is one that `git apply` takes. */
const diffOptions = [
  '--no-ext-diff',
  '--no-textconv',
  '--no-color',
  '--no-relative',
  '--no-renames',
  '--full-index',
  '--src-prefix=a/',
  '--dst-prefix=b/',
  '--unified=3',
  '--submodule=short',
  '--ignore-submodules=dirty',
]

/**
 * What `git apply` turns a commit into another with, or by default into the work tree. Binary files are left out only when
 * the patch would be too large with them.
 *
 * @param from undefined for what there was before the first commit
 * @returns undefined when it is too large without them, too
 */
export async function readPatch(git: Git, from: string | undefined, to?: string): Promise<Buffer | undefined> {
  const base = from ?? (await git(['hash-object', '-t', 'tree', '/dev/null']))?.toString().trim()
  if (base === undefined) return undefined
  const names = to === undefined ? [base] : [base, to]
  const diff = (...more: string[]) =>
    git(['diff', ...diffOptions, ...more, ...names, '--', ...withoutOwnFiles], maxPatchBytes)
  return (await diff('--binary')) ?? (await diff())
}
