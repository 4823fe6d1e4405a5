/** Names of which only so many are kept as a person reads. */
export interface NameList {
  readonly count: number
  /** The first of them. */
  readonly paths: readonly string[]
}

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

/** Files below a folder, from the root of the repository; of a file itself only `changed` is used. */
export interface FileDifferences {
  readonly added: NameList
  readonly removed: NameList
  readonly changed: NameList
  /** Files whose objects the cache lacks, so that they can be checked out only after a fetch. */
  readonly notInCache: NameList
  /** Files that were changed through a hard link, so that the cache's object is damaged. */
  readonly edited: NameList
}

export interface OutDifferences extends FileDifferences {
  /** Whether the workspace holds what the `.dvc` file says, by the bytes of all files. */
  readonly isSame: boolean
}

export function noDifferences() {
  const list = createNameList
  return { added: list(), removed: list(), changed: list(), notInCache: list(), edited: list() }
}
