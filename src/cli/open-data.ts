import path from 'node:path'
import { setFlagsFromString } from 'node:v8'
import type { DataRepository } from '../data/repository.ts'
import type { Work } from '../data/work.ts'
import type { CliContext } from './context.ts'
import { drawProgress } from './data-progress.ts'

/** The data of the folder that a command is about, and what its work is told by. */
export interface OpenedData extends Disposable {
  readonly repository: DataRepository
  /** Disposing takes away what is drawn, as disposing all of it does. */
  readonly work: Work & Disposable
  /** From the root of the repository. @throws INVALID_PARAMETER_VALUE for places outside */
  toPath(operand: string): string
  toPaths(operands: readonly string[]): readonly string[]
}

/**
 * Progress is shown on a terminal, or written for a program that asks for it; disposing takes the last line of it away.
 *
 * @param workspace as the command was given it
 * @throws RESOURCE_DOES_NOT_EXIST outside of a repository with data
 */
export async function openData(context: CliContext, workspace: string): Promise<OpenedData> {
  // Lists of any length go by. Left alone, V8 lets what is young have thirty megabytes, and a hundred more fill with what
  // has died since; with less than four a tenth of the time goes into clearing them.
  setFlagsFromString('--min-semi-space-size=4')
  setFlagsFromString('--semi-space-growth-factor=1')
  setFlagsFromString('--heap-growing-percent=20')
  // Only the commands on data load what they need.
  const { openDataRepository, toRepositoryPath } = await import('../data/repository.ts')
  const folder = dataFolder(context, workspace)
  const repository = await openDataRepository(folder)
  const drawn = drawProgress(context.stderr, context.now, context.writesProgress)
  const wantsTotals = context.writesProgress || context.stderr.isTTY === true
  const dispose = () => drawn[Symbol.dispose]()
  const toPath = (operand: string) => toRepositoryPath(repository, operand, folder)
  return {
    repository,
    work: { signal: context.signal, progress: drawn.progress, wantsTotals, [Symbol.dispose]: dispose },
    toPath,
    toPaths: (operands) => operands.map(toPath),
    [Symbol.dispose]: dispose,
  }
}

/** Where the user stands; or the workspace, when one elsewhere was named. */
export function dataFolder({ cwd }: Pick<CliContext, 'cwd'>, workspace: string): string {
  const inside = path.relative(workspace, cwd)
  return inside.split(path.sep)[0] === '..' || path.isAbsolute(inside) ? workspace : cwd
}
