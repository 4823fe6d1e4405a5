import { posix } from 'node:path'
import type { ComparedImage, DataComparison, VersionName } from '../protocol/data-comparison.ts'
import type { DataDiff } from '../protocol/data-diff.ts'
import { RunwrightError } from '../protocol/errors.ts'
import { chooseOuts } from './choose-outs.ts'
import { compareFiles, compareFolders, type CompareOptions } from './content-diff.ts'
import { findPointers, listOuts, type TrackedOut } from './find-pointers.ts'
import { openGitSide } from './history/git-side.ts'
import { loadRevisionOuts } from './history/revision-outs.ts'
import { describeCommit } from './history/describe-commit.ts'
import { logData } from './log.ts'
import type { DataRepository } from './repository.ts'
import {
  type ComparedPart,
  loadCachedVersion,
  loadWorkspaceVersion,
  type VersionOfOut,
} from './restoring/compared-version.ts'
import { openReading } from './writing/open-recording.ts'

export interface VersionsToCompare {
  /** From the root of the repository: something tracked, or a file or folder in such. */
  readonly path: string
  /** Default: what the `.dvc` file says where the workspace differs from it, else the version before. */
  readonly from: string | undefined
  /** Default: the workspace. */
  readonly to: string | undefined
}

/** A version and what it is called. */
interface NamedVersion {
  readonly name: VersionName
  readonly out: VersionOfOut
}

type Env = Readonly<Record<string, string | undefined>>

/**
 * What changed between two versions of something tracked, inside its files too.
 *
 * @throws RESOURCE_DOES_NOT_EXIST for a path or revision that is none, where there is one version only, and for a version
 *   that is not in the cache; what `compareFiles` throws
 */
export async function compareVersions(
  repository: DataRepository,
  { path, from, to }: VersionsToCompare,
  options: CompareOptions,
  env: Env,
): Promise<DataComparison> {
  const outs = listOuts(await findPointers(repository, env, () => undefined))
  const owner = outs.find((out) => path.startsWith(`${out.path}/`))
  const [tracked] = owner === undefined ? chooseOuts(outs, [path]) : [owner]
  if (tracked === undefined) throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `No .dvc file stands for ${path}.`)
  const inside = owner === undefined ? '' : posix.relative(tracked.path, path)
  const about = { repository, env, path: tracked.path, work: options }

  await using reading = await openReading(repository, options)
  const workspace = to === undefined ? await loadWorkspaceVersion(reading, tracked.path) : undefined
  const named = to === undefined ? undefined : await atRevision(about, to)
  const now = workspace ?? loadCachedVersion(reading.cache, named?.out ?? tracked.out)
  const old = await findOld(about, from, to, now.hash, tracked)
  const before = loadCachedVersion(reading.cache, old.out)
  if (reading.canSave) reading.singles.save()
  const parts = [before.at(inside), now.at(inside)] as const
  const diff = await compareBoth(path, parts, options)
  return { path, old: old.name, new: named?.name ?? { kind: 'workspace' }, diff, images: listImages(diff, parts) }
}

/** @param hash of the new version */
function findOld(
  about: About,
  from: string | undefined,
  to: string | undefined,
  hash: string | undefined,
  { out, found }: TrackedOut,
): Promise<NamedVersion> | NamedVersion {
  if (from !== undefined) return atRevision(about, from)
  if (to !== undefined) return findVersionBefore(about, to, hash)
  const isRecorded = out.hash === undefined || out.hash === hash
  if (isRecorded) return findVersionBefore(about, undefined, hash)
  return { name: { kind: 'recorded', pointer: found.path }, out }
}

interface About {
  readonly repository: DataRepository
  readonly env: Env
  readonly path: string
  readonly work: CompareOptions
}

async function atRevision({ repository, env, path, work }: About, revision: string): Promise<NamedVersion> {
  const side = await openGitSide(repository, env)
  const out = (await loadRevisionOuts(side, revision, work)).get(path)
  if (out !== undefined) return { name: await describeCommit(side, revision), out }
  throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `${path} is not under version control in ${revision}.`, {
    hint: `"runwright data log ${path}" lists its versions.`,
  })
}

/** The newest version that another one came after. */
async function findVersionBefore(
  { repository, env, path, work }: About,
  revision: string | undefined,
  current: string | undefined,
): Promise<NamedVersion> {
  for await (const version of logData(repository, env, { path, revision }, work)) {
    const { commit, subject, authoredAt, hash, sha256 } = version
    if (hash === undefined || hash === current) continue
    return { name: { kind: 'commit', commit, subject, authoredAt }, out: { path: version.path, hash, sha256 } }
  }
  throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `There is no version of ${path} before this one.`, {
    hint: 'Versions are made by "runwright data commit" and a git commit of the .dvc file.',
  })
}

type Part = ComparedPart | undefined

async function compareBoth(
  path: string,
  [old, now]: readonly [Part, Part],
  options: CompareOptions,
): Promise<DataDiff> {
  if (old?.type === 'folder' || now?.type === 'folder') {
    if (old?.type !== 'file' && now?.type !== 'file') {
      return compareFolders(old?.files ?? [], now?.files ?? [], options)
    }
    throw new RunwrightError('INVALID_STATE', `${path} is a file in one version and a folder in the other.`)
  }
  if (old === undefined && now === undefined) {
    throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `${path} is in neither version.`)
  }
  return compareFiles(old?.file, now?.file, options)
}

function listImages(diff: DataDiff, [old, now]: readonly [Part, Part]): readonly ComparedImage[] {
  if (diff.type === 'file') {
    if (diff.content?.kind !== 'image' || old?.type !== 'file' || now?.type !== 'file') return []
    return [{ path: '', old: old.file.path, new: now.file.path }]
  }
  const [before, after] = [contentPaths(old), contentPaths(now)]
  return diff.contents.flatMap(({ path, content }) => {
    const [oldPath, newPath] = [before.get(path), after.get(path)]
    if (content.kind !== 'image' || oldPath === undefined || newPath === undefined) return []
    return [{ path, old: oldPath, new: newPath }]
  })
}

function contentPaths(part: Part): ReadonlyMap<string, string> {
  const files = part?.type === 'folder' ? part.files : []
  return new Map(files.flatMap(({ path, absolutePath }) => (absolutePath === undefined ? [] : [[path, absolutePath]])))
}
