import { existsSync } from 'node:fs'
import { mkdtemp, realpath, rm, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { createWritingGit, loadGitEnvironment, runGit } from '../../git/git.ts'
import { RunwrightError } from '../../protocol/errors.ts'
import { type DvcConfig, parseDvcConfig, remoteSection } from '../dvc-config.ts'
import { findOutPlace } from '../out-place.ts'
import { parsePointer, type PointerOut, pointerEnding } from '../pointer.ts'
import { checkRelativePath } from '../relative-path.ts'
import type { RemoteOptions } from '../remote.ts'
import { type DataRepository, dvcFolderName } from '../repository.ts'

/** A version of another repository. Disposing it removes what was cloned. */
export interface SourceRepository extends AsyncDisposable {
  /** The commit. */
  readonly revLock: string
  /** What a path is there: data that a `.dvc` file stands for, or a file of Git. */
  readonly content: { readonly out: PointerOut } | { readonly bytes: Buffer }
  /** Where its data is: its cache if it is on this machine, and its remotes. */
  readonly places: readonly { readonly config: DvcConfig; readonly dvcFolder: string }[]
}

const maxFileBytes = 1 << 30
/** Other ways to reach a repository run programs that its address names. */
const protocols = 'file:git:http:https:ssh'

/**
 * Clones a repository and looks up a path in it. Nothing of it is run.
 *
 * @param source.cwd that the path of a repository on this machine is from
 * @param source.rev a branch, tag or commit; undefined for the default branch
 * @throws RESOURCE_DOES_NOT_EXIST for a revision or path that is not there; INVALID_STATE when git cannot clone it
 */
export async function openSourceRepository(
  source: { readonly url: string; readonly path: string; readonly rev: string | undefined; readonly cwd: string },
  { temporaryFolder }: Pick<DataRepository, 'temporaryFolder'>,
  env: RemoteOptions['env'],
): Promise<SourceRepository> {
  const { url, rev } = source
  const path = checkRelativePath(source.path.replace(/\/+$/, ''), url)
  const folder = await mkdtemp(join(temporaryFolder, 'source-'))
  const dispose = () => rm(folder, { recursive: true, force: true })
  try {
    const local = await findLocal(resolve(source.cwd, url))
    const gitEnv = { ...(await loadGitEnvironment(folder, env)), GIT_ALLOW_PROTOCOL: protocols }
    const git = createWritingGit(folder, gitEnv)
    await git(['clone', '--quiet', '--bare', '--no-hardlinks', '--', local ?? url, '.'])
    const read = runGit(folder, gitEnv)
    const named = await read(['rev-parse', '--verify', '--end-of-options', `${rev ?? 'HEAD'}^{commit}`])
    if (named === undefined) throw missing(`${url} has no revision ${rev ?? 'HEAD'}.`)
    const revLock = named.toString().trim()
    const show = (file: string) => read(['cat-file', 'blob', `${revLock}:${file}`], maxFileBytes)
    const content = await findContent(show, path, url)
    const places = await listPlaces(show, local, folder)
    return { revLock, content, places, [Symbol.asyncDispose]: dispose }
  } catch (error) {
    await dispose()
    throw error
  }
}

async function findLocal(path: string): Promise<string | undefined> {
  const found = await stat(path).catch(() => undefined)
  return found?.isDirectory() ? realpath(path) : undefined
}

type Show = (file: string) => Promise<Buffer | undefined>

async function findContent(show: Show, path: string, url: string): Promise<SourceRepository['content']> {
  const pointer = path + pointerEnding
  const text = await show(pointer)
  if (text !== undefined) {
    const { outs } = parsePointer(text.toString(), `${pointer} of ${url}`)
    const out = outs.find((each) => findOutPlace(pointer, each) === path)
    if (out?.hash !== undefined) return { out }
  }
  const bytes = await show(path)
  if (bytes !== undefined) return { bytes }
  throw missing(`${url} has no file ${path}, and no data of that name.`)
}

async function listPlaces(show: Show, local: string | undefined, folder: string): Promise<SourceRepository['places']> {
  const config = parseDvcConfig((await show(`${dvcFolderName}/config`))?.toString() ?? '', `${dvcFolderName}/config`)
  // Its paths are from where it really is.
  const dvcFolder = join(local ?? folder, dvcFolderName)
  const cache = resolve(dvcFolder, config.get('cache')?.get('dir') ?? 'cache')
  const own: DvcConfig = new Map([[remoteSection('cache'), new Map([['url', cache]])]])
  return [
    ...(local !== undefined && existsSync(cache) ? [{ config: own, dvcFolder }] : []),
    ...([...config.keys()].some((section) => section.startsWith('remote ')) ? [{ config, dvcFolder }] : []),
  ]
}

function missing(message: string): RunwrightError {
  return new RunwrightError('RESOURCE_DOES_NOT_EXIST', message, {
    hint: 'Name a path as it is in that repository, and with --rev a branch, tag or commit.',
  })
}
