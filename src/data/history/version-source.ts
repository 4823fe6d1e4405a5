import { rm } from 'node:fs/promises'
import { type CodeTreeSource, openCodeTree, readCodeFile } from '../../git/code-tree.ts'
import { createScratchFolder } from '../../git/scratch-folder.ts'
import { type GitSide, resolveCommit } from './git-side.ts'

/** What a version is looked for in: a revision of git, or the code of a run, uncommitted changes included. */
export type VersionSource =
  | { readonly kind: 'revision'; readonly revision: string }
  | { readonly kind: 'run'; readonly code: Omit<CodeTreeSource, 'folder'> }

/** A state of the repository, open for reading. */
export interface OpenVersion extends AsyncDisposable {
  /** The commit, or the one that the code of a run lies above. */
  readonly commit: string
  /** As people know it. */
  readonly label: string
  /** @param path from the root of the data repository */
  read(path: string): Promise<string | undefined>
}

/** @throws RESOURCE_DOES_NOT_EXIST for what the repository does not have */
export async function openVersion(side: GitSide, source: VersionSource): Promise<OpenVersion> {
  if (source.kind === 'run') return openRunVersion(side, source.code)
  const commit = await resolveCommit(side, source.revision)
  return {
    commit,
    label: commit.slice(0, 10),
    read: async (path) => (await side.git(['cat-file', 'blob', `${commit}:${side.prefix}${path}`]))?.toString(),
    [Symbol.asyncDispose]: async () => undefined,
  }
}

async function openRunVersion(side: GitSide, code: Omit<CodeTreeSource, 'folder'>): Promise<OpenVersion> {
  const scratch = await createScratchFolder('runwright-restore')
  const close = () => rm(scratch, { recursive: true, force: true })
  try {
    const tree = await openCodeTree({ ...code, folder: side.root }, scratch, side.env)
    return {
      commit: code.commit,
      label: `run ${code.runName}`,
      read: async (path) => (await readCodeFile(tree, side.prefix + path))?.toString(),
      [Symbol.asyncDispose]: close,
    }
  } catch (error) {
    await close()
    throw error
  }
}
