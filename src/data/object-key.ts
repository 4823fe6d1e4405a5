import { type DataHash, type Md5, parseMd5, parseSha256, type Sha256 } from './hash.ts'

/** Below what a cache and a remote keep alike; `/` stands between its parts on every system. */
export type ObjectKey = string & { readonly [brand]: 'ObjectKey' }
declare const brand: unique symbol

// SAFETY of the casts below: these functions are the definition of a key.

/** Where DVC 3 keeps an object: `files/md5/aa/bb…`. */
export function dataKey(hash: DataHash): ObjectKey {
  return `files/md5/${hash.slice(0, 2)}/${hash.slice(2)}` as ObjectKey
}

/** Where a folder's manifest lies; DVC looks at `files` alone. */
export function manifestKey(hash: Sha256): ObjectKey {
  return `runwright/manifest/${hash.slice(0, 2)}/${hash.slice(2)}` as ObjectKey
}

/** A pack of chunks, or the list of the chunks of a file, in a remote that keeps chunks. */
export function chunkKey(kind: 'pack' | 'recipe' | 'index', name: Sha256 | DataHash): ObjectKey {
  return `runwright/${kind}/${name.slice(0, 2)}/${name.slice(2)}` as ObjectKey
}

/**
 * What `chunkKey` gives for a pack or an index, or for the recipe of a file; undefined for any other key.
 */
export function parseChunkKey(key: ObjectKey): ChunkName | undefined {
  const [, kind, first = '', rest = ''] = /^runwright\/(pack|recipe|index)\/(..)\/(.+)$/.exec(key) ?? []
  const name = first + rest
  if (kind === 'recipe') {
    const hash = parseMd5(name)
    return hash && { kind, name: hash }
  }
  const pack = parseSha256(name)
  return (kind === 'pack' || kind === 'index') && pack !== undefined ? { kind, name: pack } : undefined
}

export type ChunkName =
  { readonly kind: 'pack' | 'index'; readonly name: Sha256 } | { readonly kind: 'recipe'; readonly name: Md5 }

/**
 * A name found in a cache or a remote. Undefined for what Runwright and DVC 3 would never have put there, so that a
 * foreign remote cannot name a place outside.
 */
export function parseObjectKey(text: string): ObjectKey | undefined {
  return /^(files\/md5\/[0-9a-f]{2}\/[0-9a-f]{30}(\.dir)?|runwright\/[a-z]+\/[0-9a-f]{2}\/[0-9a-f]{30,62}(\.dir)?)$/.test(
    text,
  )
    ? (text as ObjectKey)
    : undefined
}

/** The md5 of an object below `files/md5` as HTTP tells it (RFC 1864), so that a store can check what arrives. */
export function findMd5Digest(key: ObjectKey): string | undefined {
  const hash = findDataHash(key)
  return hash && Buffer.from(hash.slice(0, 32), 'hex').toString('base64')
}

/** Of an object below `files/md5`; undefined for any other. */
export function findDataHash(key: ObjectKey): DataHash | undefined {
  const [, first, rest] = /^files\/md5\/(..)\/(.+)$/.exec(key) ?? []
  return first === undefined || rest === undefined ? undefined : (`${first}${rest}` as DataHash)
}
