import { mkdir, mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { loadGitEnvironment, runGit } from '../git/git.ts'
import { isThere } from '../git/is-there.ts'
import { RunwrightError } from '../protocol/errors.ts'
import { dvcFolderName } from './repository.ts'

export interface InitOptions {
  /** Absolute. */
  readonly folder: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** Without git: nothing is committed, so there is one version of everything only. */
  readonly isWithoutGit: boolean
  /** In a folder below the root of a git repository, which then may hold several data repositories. */
  readonly isSubfolder: boolean
}

/** As DVC 3 writes them. */
const gitignore = '/config.local\n/tmp\n/cache\n'
const dvcignore = `# Add patterns of files dvc should ignore, which could improve
# the performance. Learn more at
# https://dvc.org/doc/user-guide/dvcignore
`
const withoutGit = '[core]\n    no_scm = True\n'

/**
 * Makes a data repository of a folder, byte for byte as `dvc init` does, but for git's index: adding the files is left
 * to the user. All of `.dvc` is there at once or not at all.
 *
 * @returns the new files, from the folder
 * @throws INVALID_STATE outside git; RESOURCE_ALREADY_EXISTS where there is one already
 */
export async function initRepository(options: InitOptions): Promise<readonly string[]> {
  const { folder, isWithoutGit } = options
  const place = join(folder, dvcFolderName)
  if (await isThere(place)) {
    throw new RunwrightError('RESOURCE_ALREADY_EXISTS', `${place} is there already.`, {
      hint: 'Nothing needs to be done: "runwright data add PATH" puts data under version control.',
    })
  }
  if (!isWithoutGit) await checkGit(options)
  const made = await mkdtemp(join(folder, '.dvc-'))
  try {
    // `mkdtemp` closes its folder to others; DVC's is as open as the user's other folders.
    const draft = join(made, dvcFolderName)
    await mkdir(draft)
    await mkdir(join(draft, 'tmp'))
    await writeFile(join(draft, 'config'), isWithoutGit ? withoutGit : '')
    if (!isWithoutGit) await writeFile(join(draft, '.gitignore'), gitignore)
    await rename(draft, place)
  } finally {
    await rm(made, { recursive: true, force: true })
  }
  const isNew = await writeFile(join(folder, '.dvcignore'), dvcignore, { flag: 'wx' }).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') return false
      throw error
    },
  )
  return [...(isWithoutGit ? [] : ['.dvc/.gitignore']), '.dvc/config', ...(isNew ? ['.dvcignore'] : [])]
}

async function checkGit({ folder, env, isSubfolder }: InitOptions): Promise<void> {
  const root = await findGitRoot(folder)
  if (root === undefined) {
    throw new RunwrightError('INVALID_STATE', `${folder} is in no git repository.`, {
      hint: 'Run "git init" there first, or "runwright init --no-scm" for data without versions.',
    })
  }
  if (root !== folder && !isSubfolder) {
    throw new RunwrightError('INVALID_STATE', `${folder} is a folder inside the git repository ${root}.`, {
      hint: `Run it in ${root}; or with --subdir, where this folder is to have data of its own.`,
    })
  }
  const git = runGit(folder, await loadGitEnvironment(folder, env))
  if ((await git(['check-ignore', '--quiet', dvcFolderName])) === undefined) return
  throw new RunwrightError('INVALID_STATE', `Git ignores ${join(folder, dvcFolderName)}.`, {
    hint: 'Add the line "!.dvc" to .gitignore.',
  })
}

async function findGitRoot(folder: string): Promise<string | undefined> {
  for (let place = folder; ; place = dirname(place)) {
    // A file in worktrees and submodules.
    const entry = await stat(join(place, '.git')).catch(() => undefined)
    if (entry !== undefined) return place
    if (dirname(place) === place) return undefined
  }
}
