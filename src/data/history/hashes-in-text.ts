import { type DataHash, type DirHash, isDirHash, parseDataHash, parseSha256, type Sha256 } from '../hash.ts'

/** All that a text may name data by. */
export interface NamedHashes {
  readonly data: readonly DataHash[]
  readonly manifests: readonly Sha256[]
}

/**
 * Whatever looks like a hash in a `.dvc` file or `dvc.lock`, whether or not the file can be read: with the marks of a
 * merge in it, of another version of DVC, or cut. Who asks what may be deleted wants to know too much rather than too
 * little.
 */
export function listHashes(text: string): NamedHashes {
  const words = text.match(/(?<![0-9a-f])(?:[0-9a-f]{32}(?:\.dir)?|[0-9a-f]{64})(?![0-9a-f])/g) ?? []
  return {
    data: words.flatMap((word) => parseDataHash(word) ?? []),
    manifests: words.flatMap((word) => parseSha256(word) ?? []),
  }
}

export function listDirHashes(hashes: readonly DataHash[]): readonly DirHash[] {
  return hashes.filter(isDirHash)
}

/** The files of a folder's list, whatever else it holds. */
export function* filesOfList(bytes: Buffer): Generator<DataHash> {
  for (const [, word = ''] of bytes.toString('latin1').matchAll(/"md5": ?"([0-9a-f]{32})"/g)) {
    const hash = parseDataHash(word)
    if (hash !== undefined) yield hash
  }
}
