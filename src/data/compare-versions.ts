import { posix } from 'node:path'
import { maxDrawnPixels } from '../base/image-header.ts'
import type { ComparedImage, DataComparison, VersionName } from '../protocol/data-comparison.ts'
import type { DataDiff, ImageDiff } from '../protocol/data-diff.ts'
import { RunwrightError } from '../protocol/errors.ts'
import { chooseOuts } from './choose-outs.ts'
import { compareFiles, compareFolders, type CompareOptions } from './content-diff.ts'
import { findPointers, listOuts, type TrackedOut } from './find-pointers.ts'
import { pointerEnding } from './pointer.ts'
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
  const { tracked, place } = await findTracked(repository, env, path)
  const inside = path.startsWith(`${place}/`) ? posix.relative(place, path) : ''
  const about = { repository, env, path: place, work: options }

  await using reading = await openReading(repository, options)
  const workspace = to === undefined ? await loadWorkspaceVersion(reading, place) : undefined
  const named = to === undefined ? undefined : await atRevision(about, to)
  const out = named?.out ?? tracked?.out
  const now = workspace ?? (out === undefined ? undefined : loadCachedVersion(reading.cache, out))
  if (now === undefined) throw createNowhere(path)
  const old = await findOld(about, from, to, now.hash, tracked)
  const before = loadCachedVersion(reading.cache, old.out)
  if (reading.canSave) reading.singles.save()
  const parts = [before.at(inside), now.at(inside)] as const
  const diff = await compareBoth(path, parts, options)
  return { path, old: old.name, new: named?.name ?? { kind: 'workspace' }, diff, images: listImages(diff, parts) }
}

/** What a path is, or lies in. Git may not have merged its `.dvc` file yet: then that says nothing of a version. */
async function findTracked(
  repository: DataRepository,
  env: Env,
  path: string,
): Promise<{ readonly tracked: TrackedOut | undefined; readonly place: string }> {
  const conflicts: string[] = []
  const outs = listOuts(await findPointers(repository, env, (pointer) => void conflicts.push(pointer)))
  const places = conflicts.map((pointer) => pointer.slice(0, -pointerEnding.length))
  const place = places.find((each) => path === each || path.startsWith(`${each}/`))
  if (place !== undefined) return { tracked: undefined, place }
  const tracked = outs.find((out) => path.startsWith(`${out.path}/`)) ?? chooseOuts(outs, [path])[0]
  if (tracked === undefined) throw createNowhere(path)
  return { tracked, place: tracked.path }
}

function createNowhere(path: string): RunwrightError {
  return new RunwrightError('RESOURCE_DOES_NOT_EXIST', `No .dvc file stands for ${path}.`)
}

/** @param hash of the new version */
function findOld(
  about: About,
  from: string | undefined,
  to: string | undefined,
  hash: string | undefined,
  tracked: TrackedOut | undefined,
): Promise<NamedVersion> | NamedVersion {
  if (from !== undefined) return atRevision(about, from)
  if (to !== undefined) return findVersionBefore(about, to, hash)
  const recorded = tracked?.out.hash
  if (tracked === undefined || recorded === undefined || recorded === hash) {
    return findVersionBefore(about, undefined, hash)
  }
  return { name: { kind: 'recorded', pointer: tracked.found.path }, out: tracked.out }
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

/** An SVG is drawn as large as there is room. */
function canBeDrawn({ old, new: now }: ImageDiff): boolean {
  return [old, now].every((facts) => {
    const { format, width, height } = facts ?? { format: '', width: null, height: null }
    return format === 'svg' || (width !== null && height !== null && width * height <= maxDrawnPixels)
  })
}

function listImages(diff: DataDiff, [old, now]: readonly [Part, Part]): readonly ComparedImage[] {
  if (diff.type === 'file') {
    if (diff.content?.kind !== 'image' || old?.type !== 'file' || now?.type !== 'file') return []
    if (!canBeDrawn(diff.content)) return []
    return [{ path: '', old: old.file.path, new: now.file.path }]
  }
  const [before, after] = [contentPaths(old), contentPaths(now)]
  return diff.contents.flatMap(({ path, content }) => {
    const [oldPath, newPath] = [before.get(path), after.get(path)]
    if (content.kind !== 'image' || oldPath === undefined || newPath === undefined) return []
    if (!canBeDrawn(content)) return []
    return [{ path, old: oldPath, new: newPath }]
  })
}

function contentPaths(part: Part): ReadonlyMap<string, string> {
  const files = part?.type === 'folder' ? part.files : []
  return new Map(files.flatMap(({ path, absolutePath }) => (absolutePath === undefined ? [] : [[path, absolutePath]])))
}
