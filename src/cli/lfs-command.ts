import type { Work } from '../data/work.ts'
import { type GitPath, toFileName } from '../git/git-path.ts'
import type { LfsContext } from '../lfs/context.ts'
import type { LfsRepository } from '../lfs/repository.ts'
import { type ErrorBody, type RunwrightError, toErrorBody } from '../protocol/errors.ts'
import type { CliContext } from './context.ts'
import { drawProgress } from './data-progress.ts'
import { dataFolder } from './open-data.ts'
import { exitCodeOf } from './program.ts'
import { printable } from './text.ts'

/** What every command about Git LFS works with; disposing takes away what is drawn of its progress. */
export interface LfsCommand extends Disposable {
  readonly repository: LfsRepository
  readonly paths: readonly GitPath[]
  readonly lfs: LfsContext
  readonly work: Work
}

/** @param operands files and folders, from the current folder */
export async function openLfsCommand(
  context: CliContext,
  { workspace, operands, json }: { workspace: string; operands: readonly string[]; json: boolean },
): Promise<LfsCommand> {
  // Only the commands on Git LFS load what they need.
  const { openLfsRepository, toGitPaths } = await import('../lfs/repository.ts')
  const { env, stdin, stderr, signal } = context
  const repository = await openLfsRepository(dataFolder(context, workspace), env)
  const paths = await toGitPaths(repository.root, operands, context.cwd)
  const isInteractive = !json && stderr.isTTY === true && 'isTTY' in stdin && stdin.isTTY === true
  const drawn = drawProgress(stderr, context.now)
  return {
    repository,
    paths,
    lfs: { env, isInteractive, now: () => context.now() },
    work: { signal, progress: drawn.progress },
    [Symbol.dispose]: () => drawn[Symbol.dispose](),
  }
}

/** What could not be done with single files, after the rest was. */
export interface Failure {
  readonly path: string
  readonly error: RunwrightError
}

/** @returns the exit code: that of the first failure, or 0 */
export function reportFailures(context: CliContext, failures: readonly Failure[]): number {
  const shown = failures.slice(0, 20)
  for (const { path, error } of shown) {
    context.stderr.write(`${printable(path)}: ${error.message}${error.hint === undefined ? '' : `\n  ${error.hint}`}\n`)
  }
  if (failures.length > shown.length) context.stderr.write(`… and ${failures.length - shown.length} more\n`)
  const [first] = failures
  return first === undefined ? 0 : exitCodeOf(first.error.code)
}

export function toJsonFailures(failures: readonly Failure[]): (ErrorBody & { path: string })[] {
  return failures.map(({ path, error }) => ({ path, ...toErrorBody(error) }))
}

/** With paths as people read them. */
export function toFailures(failures: readonly { readonly path: GitPath; readonly error: RunwrightError }[]): Failure[] {
  return failures.map(({ path, error }) => ({ path: toFileName(path), error }))
}
