import { chmod, mkdir } from 'node:fs/promises'
import { isAbsolute, join, relative, resolve, sep } from 'node:path'
import { RunwrightError } from '../protocol/errors.ts'
import { readSmallFile } from './read-small-file.ts'
import { listRemoteNames, parseDvcConfig, removeDvcSection, remoteSection, setDvcOption } from './dvc-config.ts'
import { chunkedEnding, findRemoteName } from './open-remote.ts'
import { remoteKinds } from './remotes/all.ts'
import type { DataRepository } from './repository.ts'
import { replaceFile } from './writing/replace-file.ts'

/** Which file a setting goes to: that of the repository, or the one that Git does not see. */
export type SettingsPlace = 'shared' | 'local'

/** A remote as people see it. */
export interface RemoteSettings {
  readonly name: string
  /** Without what it has of a password. */
  readonly url: string
  readonly kind: string | undefined
  readonly isDefault: boolean
}

/** What is nobody's but the user's, by DVC's names. */
const secretOptions = new Set([
  'account_key',
  'client_secret',
  'connection_string',
  'gdrive_client_secret',
  'oss_key_secret',
  'passphrase',
  'password',
  'sas_token',
  'secret_access_key',
  'session_token',
  'sse_customer_key',
  'token',
])

export function listRemotes({ config }: Pick<DataRepository, 'config'>): readonly RemoteSettings[] {
  const names = listRemoteNames(config)
  const main = config.get('core')?.get('remote') ?? (names.length === 1 ? names[0] : undefined)
  return names.map((name) => {
    const url = config.get(remoteSection(name))?.get('url') ?? ''
    const kind = remoteKinds.find(({ accepts }) => accepts(url))?.name
    return { name, url: withoutPassword(url), kind: url === '' ? undefined : kind, isDefault: name === main }
  })
}

/**
 * Adds a remote, or another url to one with `isForced`, as DVC writes it.
 *
 * @param url one of a known kind; the path of a folder is from `cwd`
 * @throws RESOURCE_ALREADY_EXISTS, INVALID_PARAMETER_VALUE
 */
export async function addRemote(
  repository: DataRepository,
  remote: { readonly name: string; readonly url: string; readonly cwd: string },
  how: {
    readonly isDefault: boolean
    readonly isForced: boolean
    readonly place: SettingsPlace
    /** Whether it keeps large files as chunks. */
    readonly isChunked?: boolean
  },
): Promise<void> {
  const { name, cwd } = remote
  if (!/^[\w.-]+$/.test(name)) throw invalid(`${JSON.stringify(name)} is no name for a remote.`, namesHint)
  if (!how.isForced && listRemoteNames(repository.config).includes(name)) {
    throw new RunwrightError('RESOURCE_ALREADY_EXISTS', `There is a remote "${name}" already.`, {
      hint: `--force gives it this url; "runwright data remote list" shows what it has.`,
    })
  }
  const kind = remoteKinds.find(({ accepts }) => accepts(remote.url))
  if (kind === undefined && !remote.url.startsWith('remote://')) {
    const names = remoteKinds.map((each) => each.name).join(', ')
    throw invalid(`${withoutPassword(remote.url)} is a url of no known kind.`, `There are: ${names}.`)
  }
  refuseSecret('url', remote.url, how.place)
  const place = kind?.name === 'folder' ? fromDvcFolder(repository, remote.url, cwd) : remote.url
  const url = how.isChunked === true && !place.endsWith(chunkedEnding) ? place + chunkedEnding : place
  await edit(repository, how.place, (text) => {
    const added = setDvcOption(text, remoteSection(name), 'url', url)
    return how.isDefault ? setDefault(added, name) : added
  })
}

const namesHint = 'It takes letters, digits, ".", "_" and "-".'

/** DVC has paths from its own folder, so that they hold wherever the repository lies. */
function fromDvcFolder({ dvcFolder }: DataRepository, path: string, cwd: string): string {
  if (path.startsWith('file://') || isAbsolute(path)) return path
  return relative(dvcFolder, resolve(cwd, path)).split(sep).join('/')
}

/** @throws RESOURCE_DOES_NOT_EXIST */
export async function removeRemote(repository: DataRepository, name: string): Promise<void> {
  findRemoteName(repository.config, name)
  for (const place of ['shared', 'local'] as const) {
    await edit(repository, place, (text, path) => {
      const rest = removeDvcSection(text, remoteSection(name))
      if (parseDvcConfig(rest, path).get('core')?.get('remote') !== name) return rest
      return withoutEmptyCore(setDvcOption(rest, 'core', 'remote', undefined), path)
    })
  }
}

/**
 * Makes a remote the default one; without a name none is.
 *
 * @throws RESOURCE_DOES_NOT_EXIST
 */
export async function setDefaultRemote(
  repository: DataRepository,
  name: string | undefined,
  place: SettingsPlace,
): Promise<void> {
  if (name !== undefined) findRemoteName(repository.config, name)
  await edit(repository, place, (text, path) =>
    name === undefined
      ? withoutEmptyCore(setDvcOption(text, 'core', 'remote', undefined), path)
      : setDefault(text, name),
  )
}

/**
 * Sets an option of a remote, by DVC's names; without a value the option goes.
 *
 * @throws RESOURCE_DOES_NOT_EXIST; INVALID_PARAMETER_VALUE for a secret that Git would see
 */
export async function modifyRemote(
  repository: DataRepository,
  { name, option, value }: { readonly name: string; readonly option: string; readonly value: string | undefined },
  place: SettingsPlace,
): Promise<void> {
  findRemoteName(repository.config, name)
  if (!/^[a-z][a-z0-9_]*$/.test(option)) throw invalid(`${JSON.stringify(option)} is no option of a remote.`)
  if (value !== undefined) refuseSecret(option, value, place)
  await edit(repository, place, (text) => setDvcOption(text, remoteSection(name), option, value))
}

/** Git keeps what it has seen once. */
function refuseSecret(option: string, value: string, place: SettingsPlace): void {
  const isSecret = secretOptions.has(option) || (option === 'url' && withoutPassword(value) !== value)
  if (!isSecret || place === 'local') return
  throw invalid(
    `${option === 'url' ? 'A url with a password' : option} does not belong in .dvc/config, which Git has.`,
    'With --local it goes to .dvc/config.local, which Git does not see.',
  )
}

function withoutPassword(url: string): string {
  return url.replace(/^([a-z][a-z0-9+.-]*:\/\/[^/:@]*):[^/]*@/i, '$1@')
}

function setDefault(text: string, name: string): string {
  if (/^\s*\[core\]/m.test(text)) return setDvcOption(text, 'core', 'remote', name)
  // DVC has it before the remotes.
  const at = text.search(/^\s*\['?remote "/m)
  const head = at === -1 ? text : text.slice(0, at)
  return setDvcOption(head, 'core', 'remote', name) + (at === -1 ? '' : text.slice(at))
}

function withoutEmptyCore(text: string, path: string): string {
  return parseDvcConfig(text, path).get('core')?.size === 0 ? removeDvcSection(text, 'core') : text
}

async function edit(
  { dvcFolder, temporaryFolder }: DataRepository,
  place: SettingsPlace,
  change: (text: string, path: string) => string,
): Promise<void> {
  const path = join(dvcFolder, place === 'shared' ? 'config' : 'config.local')
  const text = (await readSmallFile(path)) ?? ''
  const changed = change(text, path)
  if (changed === text) return
  await mkdir(temporaryFolder, { recursive: true })
  replaceFile(path, changed, temporaryFolder)
  if (place === 'local') await chmod(path, 0o600)
}

function invalid(message: string, hint?: string): RunwrightError {
  return new RunwrightError('INVALID_PARAMETER_VALUE', message, hint === undefined ? {} : { hint })
}
