import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { CliContext } from './context.ts'

/** Data of a model, for as long as it is read. */
export interface OpenDataPath extends AsyncDisposable {
  readonly path: string
}

/**
 * Where the data of a command is: in the workspace, or as a commit has it.
 *
 * @param revision undefined for the workspace
 * @throws as `linkVersion`
 */
export async function openDataPath(
  context: CliContext,
  workspace: string,
  given: string,
  revision: string | undefined,
): Promise<OpenDataPath> {
  if (revision === undefined)
    return { path: resolve(context.cwd, given), [Symbol.asyncDispose]: () => Promise.resolve() }
  const [{ openData }, { linkVersion }] = await Promise.all([
    import('./open-data.ts'),
    import('../data/link-version.ts'),
  ])
  await using cleanup = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'runwright-data-'))
  cleanup.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }))
  using data = await openData(context, workspace)
  const [path = ''] = data.toPaths([given])
  const linked = await linkVersion(data.repository, { path, revision, folder }, data.work, context.env)
  const owned = cleanup.move()
  return { path: linked, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}
