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
