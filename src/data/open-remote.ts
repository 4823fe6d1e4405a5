import { RunwrightError } from '../protocol/errors.ts'
import { openChunked } from './chunked/open-chunked.ts'
import { type DvcConfig, listRemoteNames, remoteSection } from './dvc-config.ts'
import { type ObjectKey, parseObjectKey } from './object-key.ts'
import type { DataRemote, RemoteOptions } from './remote.ts'
import { remoteKinds } from './remotes/all.ts'
import type { DataRepository } from './repository.ts'

/** At the end of a url: large files are kept there as chunks. DVC, which cannot read those, looks elsewhere then. */
export const chunkedEnding = '#chunked'

/**
 * Opens a place by its url.
 *
 * @throws INVALID_PARAMETER_VALUE for a url of no known kind, and for options that its kind does not understand
 */
export async function openRemote(remote: RemoteOptions): Promise<DataRemote> {
  if (remote.url.endsWith(chunkedEnding)) {
    return openChunked(await openRemote(withoutChunks(remote)))
  }
  const kind = remoteKinds.find(({ accepts }) => accepts(remote.url))
  if (kind === undefined) {
    throw new RunwrightError('INVALID_PARAMETER_VALUE', `${remote.url} is a remote of no known kind.`, {
      hint: `There are: ${remoteKinds.map(({ name }) => name).join(', ')}.`,
    })
  }
  return keepToKeys(await kind.open(remote))
}

/** The same place as its objects lie there: recipes and packs where it is one of chunks. */
export function withoutChunks(remote: RemoteOptions): RemoteOptions {
  const { url } = remote
  return url.endsWith(chunkedEnding) ? { ...remote, url: url.slice(0, -chunkedEnding.length) } : remote
}

/** Whatever a caller hands in, no place outside the remote's prefix is named. */
function keepToKeys(remote: DataRemote): DataRemote {
  return {
    ...remote,
    find: async (keys, signal) => remote.find(checkAll(keys), signal),
    read: async (key, start, signal) => remote.read(check(key), start, signal),
    write: async (key, source, signal) => remote.write(check(key), source, signal),
    remove: async (keys, signal) => remote.remove(checkAll(keys), signal),
    [Symbol.asyncDispose]: () => remote[Symbol.asyncDispose](),
  }
}

function checkAll(keys: readonly ObjectKey[]): readonly ObjectKey[] {
  for (const key of keys) check(key)
  return keys
}

function check(key: ObjectKey): ObjectKey {
  if (parseObjectKey(key) !== undefined) return key
  throw new RunwrightError('INVALID_PARAMETER_VALUE', `${JSON.stringify(key)} is no key of an object.`)
}

/**
 * The name of the remote that is meant: the one given, else `core.remote`, else the only one.
 *
 * @throws RESOURCE_DOES_NOT_EXIST when there is none of that name, or none is meant
 */
export function findRemoteName(config: DvcConfig, given: string | undefined): string {
  const names = listRemoteNames(config)
  const name = given ?? config.get('core')?.get('remote') ?? (names.length === 1 ? names[0] : undefined)
  if (name !== undefined && names.includes(name)) return name
  const hint =
    names.length === 0
      ? '"runwright data remote add -d NAME URL" makes one.'
      : `There are: ${names.join(', ')}. "runwright data remote default NAME" says which one is meant.`
  const message = name === undefined ? 'No remote is named, and none is the default.' : `There is no remote "${name}".`
  throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', message, { hint })
}

/**
 * What is known of a remote of the repository.
 *
 * @throws RESOURCE_DOES_NOT_EXIST for a name that is none, INVALID_PARAMETER_VALUE for one without a url, or whose url
 *   leads to itself
 */
export function readRemoteOptions(
  { config, dvcFolder }: Pick<DataRepository, 'config' | 'dvcFolder'>,
  name: string,
  env: RemoteOptions['env'],
): RemoteOptions {
  const options = new Map(config.get(remoteSection(findRemoteName(config, name))))
  let url = options.get('url') ?? ''
  // remote://NAME/PATH stands for a place inside another remote.
  for (let depth = 0; ; depth++) {
    const [, other, path = ''] = /^remote:\/\/([^/]+)(\/.*)?$/.exec(url) ?? []
    if (other === undefined) break
    if (depth > 8) throw new RunwrightError('INVALID_PARAMETER_VALUE', `The remote "${name}" leads to itself.`)
    const inner = config.get(remoteSection(findRemoteName(config, other)))
    for (const [key, value] of inner ?? []) if (!options.has(key)) options.set(key, value)
    url = (inner?.get('url') ?? '').replace(/\/$/, '') + path
  }
  if (url === '') {
    throw new RunwrightError('INVALID_PARAMETER_VALUE', `The remote "${name}" has no url.`, {
      hint: `"runwright data remote modify ${name} url URL" sets it.`,
    })
  }
  return { url, options, folder: dvcFolder, env }
}
