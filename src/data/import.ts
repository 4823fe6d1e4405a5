import { lstatSync } from 'node:fs'
import { cp, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, posix, relative, resolve, sep } from 'node:path'
import { loadGitEnvironment, runGit } from '../git/git.ts'
import { RunwrightError } from '../protocol/errors.ts'
import { checkoutPaths } from './checkout.ts'
import { isInGit, loadPointer } from './find-pointers.ts'
import type { DataHash, Sha256 } from './hash.ts'
import { downloadUrl, isImportUrl } from './importing/download-url.ts'
import { fetchFromSource } from './importing/fetch-from-source.ts'
import { formatImport, type ImportSource } from './importing/import-pointer.ts'
import { openSourceRepository } from './importing/open-source-repository.ts'
import { type PointerDependency, pointerEnding } from './pointer.ts'
import type { RemoteOptions } from './remote.ts'
import type { DataRepository } from './repository.ts'
import type { Work } from './work.ts'
import { ignoreInGit } from './writing/gitignore.ts'
import { openRecording } from './writing/open-recording.ts'
import { type RecordedVersion, recordPath } from './writing/record-path.ts'
import { replaceFile } from './writing/replace-file.ts'

/** What is imported: what a url or a path leads to, or a path of another repository. */
export interface ImportRequest {
  /** `http(s)://…`, `s3://…`, a path; or, with `path`, a repository as git takes it. */
  readonly url: string
  /** Inside that repository. */
  readonly path?: string
  readonly rev?: string | undefined
  /** That paths are from. */
  readonly cwd: string
  readonly env: RemoteOptions['env']
}

/** What was imported. */
export interface ImportedData {
  /** From the root of the repository. */
  readonly path: string
  readonly pointer: string
  readonly hash: DataHash
  readonly sha256: Sha256 | undefined
  readonly sizeBytes: number | undefined
  /** Undefined for an update that found nothing new. */
  readonly isChanged: boolean
}

/**
 * Brings data here from elsewhere, puts it under version control, and remembers where it came from.
 *
 * @param out where it goes, from the root of the repository
 * @throws RESOURCE_ALREADY_EXISTS when something is there; RESOURCE_DOES_NOT_EXIST, PERMISSION_DENIED,
 *   TEMPORARILY_UNAVAILABLE, STORAGE_FULL, CANCELLED
 */
export async function importData(
  repository: DataRepository,
  request: ImportRequest,
  out: string,
  work: Work,
): Promise<ImportedData> {
  for (const path of [out, out + pointerEnding]) {
    if (lstatSync(join(repository.root, path), { throwIfNoEntry: false }) === undefined) continue
    throw new RunwrightError('RESOURCE_ALREADY_EXISTS', `There is ${path} already.`, {
      hint: 'Name another place with --output, or "runwright data update" it if it was imported.',
    })
  }
  return bring(repository, request, out, undefined, work)
}

/**
 * Brings what an import came from as it is there now.
 *
 * @param rev another branch, tag or commit of a repository
 * @throws INVALID_PARAMETER_VALUE for data that was not imported; RESOURCE_CONFLICT where what is here has changed
 */
export async function updateImport(
  repository: DataRepository,
  path: string,
  { rev, env }: { readonly rev: string | undefined; readonly env: RemoteOptions['env'] },
  work: Work,
): Promise<ImportedData> {
  const out = path.endsWith(pointerEnding) ? path.slice(0, -pointerEnding.length) : path
  const found = await loadPointer(repository, out + pointerEnding)
  const [dependency] = found?.pointer.dependencies ?? []
  if (found === undefined || dependency === undefined) {
    throw new RunwrightError('INVALID_PARAMETER_VALUE', `${out} was not imported.`, {
      hint: '"runwright data import" brings data from elsewhere; what was added here is recorded by "runwright data commit".',
    })
  }
  const [{ workingFolder } = { workingFolder: '.' }] = found.pointer.outs
  if (workingFolder !== '.') {
    throw new RunwrightError('INVALID_PARAMETER_VALUE', `${found.path} has a wdir, which only DVC updates.`, {
      hint: `"dvc update ${found.path}" does it.`,
    })
  }
  // Refuses to lose what nobody has kept; what an import was is in the cache.
  await checkoutPaths(repository, { paths: [out], isForced: false }, work, env)
  const cwd = join(repository.root, posix.dirname(out))
  const { repository: source } = dependency
  const request =
    source === undefined
      ? { url: dependency.path, cwd, env }
      : { url: source.url, path: dependency.path, rev: rev ?? source.rev, cwd, env }
  return bring(repository, request, out, { dependency, text: found.text }, work)
}

interface Before {
  readonly dependency: PointerDependency
  readonly text: string
}

async function bring(
  repository: DataRepository,
  request: ImportRequest,
  out: string,
  before: Before | undefined,
  work: Work,
): Promise<ImportedData> {
  await mkdir(repository.temporaryFolder, { recursive: true })
  const folder = await mkdtemp(join(repository.temporaryFolder, 'import-'))
  try {
    const draft = join(folder, 'data')
    if (request.path !== undefined) return await bringFromRepository(repository, request, out, draft, before, work)
    const source = await bringFromUrl(repository, request, out, draft, before, work)
    if (source === undefined) return unchanged(repository, out)
    return await record(repository, out, draft, source, before, request.env, work)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

type Named = (version: RecordedVersion) => ImportSource

async function bringFromUrl(
  repository: DataRepository,
  { url, cwd, env }: ImportRequest,
  out: string,
  draft: string,
  before: Before | undefined,
  work: Work,
): Promise<Named | undefined> {
  if (isImportUrl(url)) {
    const known = before?.dependency.etag ?? before?.dependency.checksum
    const version = await downloadUrl(url, draft, { env, known }, work)
    return version && (() => ({ kind: 'url', path: url, fileCount: undefined, ...version }))
  }
  const from = resolve(cwd, url)
  if (lstatSync(from, { throwIfNoEntry: false }) === undefined) {
    throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `There is no ${url}.`, {
      hint: 'Name a path, or a url that begins with https:// or s3://.',
    })
  }
  await cp(from, draft, { recursive: true, preserveTimestamps: true })
  const place = join(repository.root, posix.dirname(out))
  const path = isAbsolute(url) ? url : relative(place, from).split(sep).join('/')
  return ({ hash, sizeBytes, fileCount }) => ({
    kind: 'url',
    path,
    version: { field: 'md5', value: hash },
    sizeBytes,
    fileCount,
  })
}

async function bringFromRepository(
  repository: DataRepository,
  request: ImportRequest,
  out: string,
  draft: string,
  before: Before | undefined,
  work: Work,
): Promise<ImportedData> {
  const { url, path = '', rev, cwd, env } = request
  await using source = await openSourceRepository({ url, path, rev, cwd }, repository, env)
  const { revLock, content } = source
  if (before?.dependency.repository?.revLock === revLock) return unchanged(repository, out)
  const named = (): ImportSource => ({ kind: 'repository', path, url, rev, revLock })
  if ('bytes' in content) {
    await writeFile(draft, content.bytes)
    return record(repository, out, draft, named, before, env, work)
  }
  const { sha256, sizeBytes, fileCount, hash = missingHash() } = content.out
  const version = { hash, sha256, sizeBytes, fileCount }
  await fetchFromSource(repository, source, version, env, work)
  await save(repository, out, formatImport(named(), { ...version, path: posix.basename(out) }), env)
  await checkoutPaths(repository, { paths: [out], isForced: true }, work, env)
  return { path: out, pointer: out + pointerEnding, ...version, isChanged: true }
}

function missingHash(): never {
  throw new RunwrightError('INTERNAL_ERROR', 'Data without a hash was found.')
}

async function record(
  repository: DataRepository,
  out: string,
  draft: string,
  named: Named,
  before: Before | undefined,
  env: RemoteOptions['env'],
  work: Work,
): Promise<ImportedData> {
  const place = join(repository.root, out)
  await mkdir(dirname(place), { recursive: true })
  // What was there is in the cache: `updateImport` has seen to that.
  if (before !== undefined) await rm(place, { recursive: true, force: true })
  await rename(draft, place)
  const version = await recordIn(repository, out, work)
  const text = formatImport(named(version), { ...version, path: basename(out) })
  if (text !== before?.text) await save(repository, out, text, env)
  return { path: out, pointer: out + pointerEnding, ...version, isChanged: text !== before?.text }
}

async function recordIn(repository: DataRepository, out: string, work: Work): Promise<RecordedVersion> {
  await using recording = await openRecording(repository, work)
  const version = await recordPath(recording, out)
  recording.singles.save()
  return version
}

async function save(repository: DataRepository, out: string, text: string, env: RemoteOptions['env']): Promise<void> {
  await mkdir(dirname(join(repository.root, out)), { recursive: true })
  replaceFile(join(repository.root, out + pointerEnding), text, repository.temporaryFolder)
  if (!isInGit(repository.root)) return
  await ignoreInGit(repository, runGit(repository.root, await loadGitEnvironment(repository.root, env)), out)
}

async function unchanged(repository: DataRepository, out: string): Promise<ImportedData> {
  const pointer = out + pointerEnding
  const found = await loadPointer(repository, pointer)
  const [known] = found?.pointer.outs ?? []
  const hash = known?.hash ?? missingHash()
  return { path: out, pointer, hash, sha256: known?.sha256, sizeBytes: known?.sizeBytes, isChanged: false }
}
