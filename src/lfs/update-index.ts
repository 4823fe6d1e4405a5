import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { joinCommandLine } from '../base/command-line.ts'
import { createWritingGit } from '../git/git.ts'
import type { GitPath } from '../git/git-path.ts'
import type { LfsPointer } from '../git/lfs-pointer.ts'
import { cleanScript } from './clean-script.ts'
import type { LfsRepository } from './repository.ts'

/**
 * Lets git look at files anew, with their pointers for their contents, whether Git LFS is installed or not. Where the index has
 * these pointers, all that changes in it is what it knows of sizes and times, so that "git status" finds the files unchanged.
 *
 * @param files their contents have to be in the store
 * @param isNew whether files that the index does not have are put into it
 * @throws INVALID_STATE where git cannot: another program is at the index, or a file was changed meanwhile; then it is as before
 */
export async function updateIndex(
  repository: LfsRepository,
  files: readonly (LfsPointer & { readonly path: GitPath })[],
  { isNew }: { readonly isNew: boolean },
): Promise<void> {
  if (files.length === 0) return
  const parent = dirname(repository.incompleteFolder)
  await mkdir(parent, { recursive: true })
  const scratch = await mkdtemp(join(parent, '.runwright-index-'))
  try {
    const [script, meant] = [join(scratch, 'clean.cjs'), join(scratch, 'meant')]
    await writeFile(script, cleanScript)
    await writeFile(meant, files.map(({ oid, path }) => `${oid} ${path}\0`).join(''), 'latin1')
    // The Node of an editor is Node only while told so.
    const git = createWritingGit(repository.root, { ...repository.env, ELECTRON_RUN_AS_NODE: '1' })
    const filter = ['-c', `filter.lfs.process=${joinCommandLine([process.execPath, script, meant])}`]
    const update = ['update-index', ...(isNew ? ['--add'] : []), '-z', '--stdin']
    const paths = Buffer.from(files.map(({ path }) => `${path}\0`).join(''), 'latin1')
    await git([...filter, '-c', 'filter.lfs.required=true', ...update], paths)
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}
