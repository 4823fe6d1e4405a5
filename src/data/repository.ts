import { realpath, stat } from 'node:fs/promises'
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { RunwrightError } from '../protocol/errors.ts'
import { type DvcConfig, mergeDvcConfigs, parseDvcConfig } from './dvc-config.ts'
import { readSmallFile } from './read-small-file.ts'

/** A folder with data under version control: one that has a folder `.dvc`. */
export interface DataRepository {
  /** Absolute, with links resolved. */
  readonly root: string
  /** `.dvc` in it. */
  readonly dvcFolder: string
  /** Where objects are kept, by the keys of `object-key.ts`; below `.dvc` unless `cache.dir` says another place. */
  readonly cacheFolder: string
  /** What Git does not see and may be deleted at any time: the index of file states, a lock, files half-written. */
  readonly temporaryFolder: string
  /** Of all levels: `.dvc/config` and above it `.dvc/config.local`. */
  readonly config: DvcConfig
  /** How files of the workspace are made from the cache, in the order to try. Default: reflink, then copy. */
  readonly linkTypes: readonly LinkType[]
}

export const linkTypes = ['reflink', 'hardlink', 'symlink', 'copy'] as const
export type LinkType = (typeof linkTypes)[number]

export const dvcFolderName = '.dvc'

/**
 * Opens the repository that a folder is in.
 *
 * @param folder absolute path of any folder in it
 * @throws RESOURCE_DOES_NOT_EXIST where there is none up to the topmost folder; INVALID_PARAMETER_VALUE for settings that
 *   cannot be read or that name a link type that DVC does not have
 */
export async function openDataRepository(folder: string): Promise<DataRepository> {
  const root = await findRoot(await realpath(folder))
  if (root === undefined) {
    throw new RunwrightError(
      'RESOURCE_DOES_NOT_EXIST',
      `${folder} is in no repository with data under version control.`,
      {
        hint: '"runwright init" makes one of a Git repository.',
      },
    )
  }
  const dvcFolder = join(root, dvcFolderName)
  const config = mergeDvcConfigs([
    await loadConfig(join(dvcFolder, 'config')),
    await loadConfig(join(dvcFolder, 'config.local')),
  ])
  const cache = config.get('cache')
  return {
    root,
    dvcFolder,
    cacheFolder: resolve(dvcFolder, cache?.get('dir') ?? 'cache'),
    temporaryFolder: join(dvcFolder, 'tmp', 'runwright'),
    config,
    linkTypes: parseLinkTypes(cache?.get('type'), join(dvcFolder, 'config')),
  }
}

async function findRoot(folder: string): Promise<string | undefined> {
  for (let place = folder; ; place = dirname(place)) {
    const found = await stat(join(place, dvcFolderName)).catch(() => undefined)
    if (found?.isDirectory()) return place
    if (dirname(place) === place) return undefined
  }
}

async function loadConfig(path: string): Promise<DvcConfig> {
  return parseDvcConfig((await readSmallFile(path)) ?? '', path)
}

function parseLinkTypes(text: string | undefined, where: string): readonly LinkType[] {
  if (text === undefined) return ['reflink', 'copy']
  return text.split(',').map((word) => {
    const type = linkTypes.find((known) => known === word.trim())
    if (type !== undefined) return type
    throw new RunwrightError('INVALID_PARAMETER_VALUE', `${where}: cache.type names ${JSON.stringify(word.trim())}.`, {
      hint: `It takes ${linkTypes.join(', ')}, several of them with commas between.`,
    })
  })
}

/** Made by `init --no-scm`: there is one version of everything. */
export function isWithoutGit({ config }: Pick<DataRepository, 'config'>): boolean {
  return config.get('core')?.get('no_scm')?.toLowerCase() === 'true'
}

/**
 * A path of the workspace as it is known inside the repository: from the root, with `/` between its components.
 *
 * @param path absolute, or from `cwd`
 * @throws INVALID_PARAMETER_VALUE for the root itself, for places outside it and inside `.dvc` or `.git`
 */
export function toRepositoryPath({ root }: Pick<DataRepository, 'root'>, path: string, cwd: string): string {
  const absolute = isAbsolute(path) ? resolve(path) : resolve(cwd, path)
  const inside = relative(root, absolute).split(sep).join('/')
  const first = inside.split('/')[0]?.toLowerCase()
  if (inside === '' || first === '..' || isAbsolute(inside) || first === '.dvc' || first === '.git') {
    throw new RunwrightError('INVALID_PARAMETER_VALUE', `${path} is no place for data of ${root}.`, {
      hint: 'Name a file or folder inside the repository, and outside .git and .dvc.',
    })
  }
  return inside
}
