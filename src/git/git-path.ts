/**
 * A path as git keeps it: bytes, one a character (`latin1`), so that names in no known encoding come through. For
 * people: `toFileName`.
 */
export type GitPath = string

export function toFileName(path: GitPath): string {
  return Buffer.from(path, 'latin1').toString()
}

export function toGitPath(name: string): GitPath {
  return Buffer.from(name).toString('latin1')
}

/** Where a file lies, by bytes. */
export function toPath(root: string, path: GitPath): Buffer {
  return Buffer.concat([Buffer.from(`${root}/`), Buffer.from(path, 'latin1')])
}
