import type { OutStatus } from '../../protocol/data-status.ts'

/** For tests: something tracked, as its `.dvc` file says unless told otherwise. */
export function newOut(path: string, other: Partial<OutStatus> = {}): OutStatus {
  const none = { count: 0, paths: [] }
  const lists = { added: none, removed: none, changed: none, notInCache: none, edited: none }
  return { path, pointer: `${path}.dvc`, state: 'clean', isFolder: false, hash: 'a'.repeat(32), ...lists, ...other }
}

/** For tests: names of a status. */
export function names(...paths: string[]): OutStatus['added'] {
  return { count: paths.length, paths }
}
