import type { FileDifferences, NameList } from '../../protocol/data-status.ts'

const maxPaths = 200

export function createNameList(): NameList & { add(path: string): void } {
  const paths: string[] = []
  let count = 0
  return {
    paths,
    get count() {
      return count
    },
    add(path) {
      count++
      if (paths.length < maxPaths) paths.push(path)
    },
  }
}

export interface OutDifferences extends FileDifferences {
  /** Whether the workspace holds what the `.dvc` file says, by the bytes of all files. */
  readonly isSame: boolean
}

export function noDifferences() {
  const list = createNameList
  return { added: list(), removed: list(), changed: list(), notInCache: list(), edited: list() }
}
