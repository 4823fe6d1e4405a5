import { type GitPath, toFileName } from '../git-path.ts'

/** In what a work tree differs from its commit. */
export interface WorkTreeStatus {
  /** Undefined before the first commit. */
  readonly head: string | undefined
  /** Undefined on a detached head. */
  readonly branch: string | undefined
  /** How many files differ, added to the index or not. */
  readonly changedCount: number
  /** Files whose content in the work tree the index does not hold, those that are gone first. */
  readonly unstaged: readonly UnstagedFile[]
  /** Folders, ending in `/`, that are repositories of their own and no submodules. */
  readonly nestedRepositories: readonly GitPath[]
}

export interface UnstagedFile {
  readonly path: GitPath
  readonly isTracked: boolean
  /** Its folder is at another commit than the index says. */
  readonly isSubmodule: boolean
  readonly isGone: boolean
}

/** Words before the path, by the kind of a line: `1` for a change, `u` for what a merge left unresolved. */
const wordsBeforePath: Readonly<Record<string, number>> = { '1': 8, u: 10 }

/**
 * Reads `git status --porcelain=v2 --branch -z --no-renames`.
 *
 * @see https://git-scm.com/docs/git-status#_porcelain_format_version_2
 */
export function parseStatus(output: Buffer): WorkTreeStatus {
  const lines = output.toString('latin1').split('\0')
  const headerOf = (name: string) => lines.find((line) => line.startsWith(`# ${name} `))?.slice(name.length + 3)
  const head = headerOf('branch.oid')
  const branch = headerOf('branch.head')
  const untracked = lines.filter((line) => line.startsWith('? ')).map((line) => line.slice(2))
  const changed = lines.flatMap((line) => parseChange(line) ?? [])
  const files = [
    ...changed.filter(({ isStaged }) => !isStaged).map(({ file }) => file),
    ...untracked
      .filter((path) => !path.endsWith('/'))
      .map((path) => ({ path, isTracked: false, isSubmodule: false, isGone: false })),
  ]
  return {
    head: head === '(initial)' ? undefined : head,
    branch: branch === '(detached)' || branch === undefined ? undefined : toFileName(branch),
    changedCount: new Set([...changed.map(({ file }) => file.path), ...files.map(({ path }) => path)]).size,
    // A folder can stand where a file was: what is gone makes room first.
    unstaged: [...files.filter(({ isGone }) => isGone), ...files.filter(({ isGone }) => !isGone)],
    nestedRepositories: untracked.filter((path) => path.endsWith('/')),
  }
}

/** `isStaged`: the index holds what is in the work tree. */
function parseChange(line: string): { isStaged: boolean; file: UnstagedFile } | undefined {
  const skipped = wordsBeforePath[line[0] ?? '']
  if (skipped === undefined || line[1] !== ' ') return undefined
  const words = line.split(' ')
  const state = words[1] ?? ''
  return {
    isStaged: line[0] === '1' && state[1] === '.',
    file: {
      path: words.slice(skipped).join(' '),
      isTracked: true,
      isSubmodule: (words[2] ?? '').startsWith('S'),
      isGone: line[0] === '1' && state[1] === 'D',
    },
  }
}
