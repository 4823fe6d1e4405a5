declare const brand: unique symbol
type Branded<Base, Name extends string> = Base & { readonly [brand]: Name }

/** 32 lower-case hex digits: what DVC knows the bytes of a file by. */
export type Md5 = Branded<string, 'Md5'>

/** An md5 and `.dir`: what DVC knows the list of a folder's files by. */
export type DirHash = Branded<string, 'DirHash'>

/** What an output of a `.dvc` file names: a file, or a folder. */
export type DataHash = Md5 | DirHash

/** 64 lower-case hex digits. Lineage, verification and audit go by it, never by an md5. */
export type Sha256 = Branded<string, 'Sha256'>

export function parseMd5(text: string): Md5 | undefined {
  // SAFETY: the pattern is the whole definition.
  return /^[0-9a-f]{32}$/.test(text) ? (text as Md5) : undefined
}

export function parseDataHash(text: string): DataHash | undefined {
  // SAFETY: the pattern is the whole definition.
  return /^[0-9a-f]{32}(\.dir)?$/.test(text) ? (text as DataHash) : undefined
}

export function parseSha256(text: string): Sha256 | undefined {
  // SAFETY: the pattern is the whole definition.
  return /^[0-9a-f]{64}$/.test(text) ? (text as Sha256) : undefined
}

export function isDirHash(hash: DataHash): hash is DirHash {
  return hash.endsWith('.dir')
}
