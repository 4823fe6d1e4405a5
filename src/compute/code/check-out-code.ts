import { mkdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { createWritingGit } from '../../git/git.ts'
import { RunwrightError } from '../../protocol/errors.ts'
import type { CodePart } from './code-parts.ts'

/** What must not leave files out, look into submodules, or write anything but the index and the files. */
const settings = ['core.bare=false', 'core.sparseCheckout=false', 'submodule.recurse=false', 'core.splitIndex=false']

/**
 * Writes the files of a snapshot into a new folder, all or none: the folder appears when it is complete. It is no
 * working copy of git's, and index and working copies of the repository stay as they are. Filters and hooks do not run.
 *
 * @param folder absolute; it must not exist
 * @throws RESOURCE_ALREADY_EXISTS when it does, INVALID_STATE with what git says
 */
export async function checkOutCode(parts: readonly CodePart[], folder: string): Promise<void> {
  const beside = `${folder}.${crypto.randomUUID()}.part`
  await mkdir(dirname(folder), { recursive: true })
  try {
    for (const part of parts) await checkOutPart(part, join(beside, part.path), `${beside}.index`)
    await rename(beside, folder)
  } catch (error) {
    throw isTaken(error) ? createTaken(folder) : error
  } finally {
    await Promise.all([beside, `${beside}.index`].map((path) => rm(path, { recursive: true, force: true })))
  }
}

async function checkOutPart({ root, env, tree }: CodePart, folder: string, index: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  await rm(index, { force: true })
  const git = createWritingGit(root, { ...env, GIT_INDEX_FILE: index, GIT_WORK_TREE: folder })
  await git([...settings.flatMap((setting) => ['-c', setting]), 'read-tree', '--reset', '-u', tree])
}

function isTaken(error: unknown): boolean {
  const taken = new Set<unknown>(['EEXIST', 'ENOTEMPTY', 'ENOTDIR'])
  return error instanceof Error && 'code' in error && taken.has(error.code)
}

function createTaken(folder: string): RunwrightError {
  return new RunwrightError('RESOURCE_ALREADY_EXISTS', `${folder} is there already.`, {
    hint: 'Code is written into new folders only.',
  })
}
