import path from 'node:path'
import { type DataRepository, openDataRepository, toRepositoryPath } from '../data/repository.ts'
import type { Work } from '../data/work.ts'
import type { CliContext } from './context.ts'
import { showProgress } from './show-progress.ts'

/** The data repository that a command means. */
export interface OpenData {
  readonly repository: DataRepository
  /** Progress is shown on a terminal; disposing takes the last line of it away. */
  readonly work: Work & Disposable
  /** A path that the user gave, from the root of the repository. @throws INVALID_PARAMETER_VALUE for one outside */
  toPath(given: string): string
}

/**
 * @param workspace as the command was given it
 * @throws RESOURCE_DOES_NOT_EXIST where there is none
 */
export async function openData(context: CliContext, workspace: string): Promise<OpenData> {
  const folder = dataFolder(context, workspace)
  const repository = await openDataRepository(folder)
  return {
    repository,
    work: { signal: context.signal, ...showProgress(context.stderr) },
    toPath: (given) => toRepositoryPath(repository, given, folder),
  }
}

/** Where the user stands; or the workspace, when one elsewhere was named. */
export function dataFolder({ cwd }: Pick<CliContext, 'cwd'>, workspace: string): string {
  const inside = path.relative(workspace, cwd)
  return inside.split(path.sep)[0] === '..' || path.isAbsolute(inside) ? workspace : cwd
}
