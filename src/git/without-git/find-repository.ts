import { readFile, realpath, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'

export interface FoundRepository {
  /** Absolute path of the work tree, with links resolved. */
  readonly root: string
  /** Absolute path of its `.git`, which for submodules lies elsewhere. */
  readonly gitFolder: string
}

/** The repository of the nearest folder upwards that has a `.git`. */
export async function findRepository(folder: string): Promise<FoundRepository | undefined> {
  for (let root = await realpath(folder); ; root = dirname(root)) {
    const place = join(root, '.git')
    const entry = await stat(place).catch(() => undefined)
    if (entry?.isDirectory() === true) return { root, gitFolder: place }
    if (entry?.isFile() === true) {
      const target = /^gitdir: (.+?)\s*$/.exec(await readFile(place, 'utf8'))?.[1]
      return target === undefined ? undefined : { root, gitFolder: resolve(root, target) }
    }
    if (dirname(root) === root) return undefined
  }
}
