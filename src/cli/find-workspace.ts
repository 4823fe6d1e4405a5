import { stat } from 'node:fs/promises'
import path from 'node:path'
import { dataFolderName } from '../protocol/data-folder.ts'
import { RunwrightError } from '../protocol/errors.ts'

/**
 * The folder whose runs are meant: the one named, else the nearest one upwards that holds `.runwright`, else the
 * nearest one that holds `.git`, else the current one.
 *
 * @throws INVALID_PARAMETER_VALUE when the named folder is none
 */
export async function findWorkspace(cwd: string, named: string | undefined): Promise<string> {
  if (named !== undefined) {
    const folder = path.resolve(cwd, named)
    if (await isFolder(folder)) return folder
    throw new RunwrightError('INVALID_PARAMETER_VALUE', `--workspace ${named} is not a folder.`, {
      hint: 'Name a folder that exists.',
    })
  }
  return (await nearestWith(cwd, dataFolderName, isFolder)) ?? (await nearestWith(cwd, '.git', exists)) ?? cwd
}

async function nearestWith(
  start: string,
  name: string,
  matches: (path: string) => Promise<boolean>,
): Promise<string | undefined> {
  for (let folder = path.resolve(start); ; folder = path.dirname(folder)) {
    if (await matches(path.join(folder, name))) return folder
    if (path.dirname(folder) === folder) return undefined
  }
}

function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (entry) => entry.isDirectory(),
    () => false,
  )
}

/** `.git` is a file in worktrees and submodules. */
function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
