import { join } from 'node:path'
import type { DataRepository } from '../data/repository.ts'
import type { Work } from '../data/work.ts'
import { type DataVersion, findRunData, writtenContext } from '../protocol/data-versions.ts'
import type { Run } from '../protocol/runs.ts'
import type { LaunchData } from '../supervisor/data-of-run.ts'
import type { CliContext } from './context.ts'
import { printable } from './text.ts'

/** What a command was said to have to do with data; paths are from where it runs. */
export interface DeclaredData {
  /** Absolute. */
  readonly cwd: string
  readonly read: readonly string[]
  readonly written: readonly string[]
  /** What it has written is put under version control. */
  readonly isCommitted: boolean
}

/**
 * Looks at the data before a command starts: which versions it reads, and what there is of what it is to write.
 *
 * @returns undefined where there is no data under version control, and none was named
 * @throws RESOURCE_DOES_NOT_EXIST for a path to read that is not under version control; INVALID_PARAMETER_VALUE for one
 *   outside of the repository
 */
export async function openLaunchData(context: CliContext, declared: DeclaredData): Promise<LaunchData | undefined> {
  const { env } = context
  const { cwd } = declared
  const { openDataRepository, toRepositoryPath } = await import('../data/repository.ts')
  const isNamed = declared.read.length + declared.written.length > 0
  const repository = await openDataRepository(cwd).catch((error: unknown) => {
    // A run that was not said to have to do with data does not fail by it.
    if (isNamed) throw error
    return undefined
  })
  if (repository === undefined) return undefined
  // Most runs have nothing to do with data, and begin without what only data needs.
  const { takeStamp, readPresentVersion } = await import('../data/present-version.ts')
  const { findVersion } = await import('../data/find-version.ts')
  const { openWorkTreePointers } = await import('../data/pointer-files.ts')
  const { root } = repository
  const work: Work = { signal: context.signal, progress: () => {} }
  const read = await loadRead(context, repository, declared, work)
  const before = declared.written.map((given) => {
    const path = toRepositoryPath(repository, given, cwd)
    return { path, stamp: takeStamp(join(root, path)) }
  })
  const pointers = openWorkTreePointers(root)
  return {
    root,
    read,
    async find(path) {
      // What it reads of its own making is not what is under version control.
      const isOwn = before.some((each) => path === each.path || path.startsWith(`${each.path}/`))
      return isOwn ? undefined : (await findVersion(pointers, path))?.version
    },
    async written() {
      // The command has ended, by a signal maybe that this process got as well: what it has written counts all the same.
      const ownWork: Work = { ...work, signal: new AbortController().signal }
      const changed = before.filter(({ path, stamp }) => takeStamp(join(root, path)) !== stamp).map(({ path }) => path)
      if (declared.isCommitted) return commit(repository, changed, ownWork, env)
      const versions: (DataVersion | undefined)[] = []
      for (const path of changed) versions.push(await readPresentVersion(repository, path, ownWork))
      return versions.filter((version) => version !== undefined)
    },
  }
}

/**
 * What a run was said to have to do with data, for another run of its command: what has gone from version control since
 * is left out.
 *
 * @param cwd absolute path of where it will run
 */
export async function findDeclaredData(run: Run, cwd: string): Promise<DeclaredData> {
  const { openDataRepository } = await import('../data/repository.ts')
  const { findVersion } = await import('../data/find-version.ts')
  const { openWorkTreePointers } = await import('../data/pointer-files.ts')
  const none = { cwd, read: [], written: [], isCommitted: false }
  const repository = await openDataRepository(cwd).catch(() => undefined)
  if (repository === undefined) return none
  const declared = run.datasets.map(findRunData).filter((data) => data?.found === 'declared')
  const pathsOf = (isWritten: boolean) =>
    declared.flatMap((data) => (data && (data.context === writtenContext) === isWritten ? [data.version.path] : []))
  const pointers = openWorkTreePointers(repository.root)
  const isTracked = await Promise.all(
    pathsOf(false).map(async (path) => (await findVersion(pointers, path).catch(() => undefined)) !== undefined),
  )
  const absolute = (path: string) => join(repository.root, path)
  return {
    ...none,
    read: pathsOf(false)
      .filter((_, at) => isTracked[at])
      .map(absolute),
    written: pathsOf(true).map(absolute),
  }
}

/** As the `.dvc` files name them; what is not as they say is recorded as it is. */
async function loadRead(
  { env, stderr }: CliContext,
  repository: DataRepository,
  { cwd, read: paths }: DeclaredData,
  work: Work,
): Promise<readonly DataVersion[]> {
  if (paths.length === 0) return []
  const { loadNamedVersions } = await import('../data/named-versions.ts')
  const { readPresentVersion } = await import('../data/present-version.ts')
  const { readStatus } = await import('../data/status.ts')
  const named = await loadNamedVersions({ folder: cwd, env }, paths)
  const statuses = await readStatus(repository, [...new Set(named.map(({ path }) => path))], work, env)
  const changed = new Set(statuses.filter(({ state }) => state === 'changed').map(({ path }) => path))
  const versions: DataVersion[] = []
  for (const version of named) {
    const present = changed.has(version.path) ? await readPresentVersion(repository, version.path, work) : undefined
    if (present !== undefined) {
      const what = printable(version.path)
      stderr.write(`runwright: ${what} is not as its .dvc file says; the run records what it is.\n`)
    }
    versions.push(present ?? version)
  }
  return versions
}

async function commit(
  repository: DataRepository,
  paths: readonly string[],
  work: Work,
  env: CliContext['env'],
): Promise<readonly DataVersion[]> {
  const { existsSync } = await import('node:fs')
  const { addPaths } = await import('../data/add.ts')
  const { toDataVersion } = await import('../data/find-version.ts')
  const added = await addPaths(
    repository,
    paths.filter((path) => existsSync(join(repository.root, path))),
    work,
    env,
  )
  return added.map((each) => toDataVersion(each.path, each)).filter((version) => version !== undefined)
}
