import { RunwrightError } from '../../protocol/errors.ts'
import type { ArtifactPath } from '../artifact-path.ts'
import type { Objects } from './objects.ts'

/** Which paths are folders: a bucket has none, and would take a file and files below it alike. */
export interface KnownFolders {
  /** @throws INVALID_PARAMETER_VALUE when a file is where the path has a folder, or the other way round */
  checkFree(path: ArtifactPath): Promise<void>
  /** Says that a file is there now. */
  add(path: ArtifactPath): void
  /** Something was deleted. */
  forget(): void
}

/** More than that are asked for again. */
const maxKnown = 20_000

export function createKnownFolders(objects: Objects): KnownFolders {
  const known = new Set<string>()
  const { signal } = new AbortController()
  const ancestors = (path: ArtifactPath) => path.slice(1).map((_, index) => path.slice(0, index + 1).join('/'))

  async function isFile(key: string): Promise<boolean> {
    return (await objects.head(key, signal)) !== undefined
  }

  async function isFolder(key: string): Promise<boolean> {
    for await (const page of objects.list(`${key}/`, { limit: 1 }, signal)) return page.objects.length > 0
    return false
  }

  return {
    async checkFree(path) {
      const name = path.join('/')
      const above = ancestors(path).filter((folder) => !known.has(folder))
      const [inTheWay, ...files] = await Promise.all([isFolder(name), ...above.map(isFile)])
      if (!inTheWay && !files.includes(true)) return
      throw new RunwrightError(
        'INVALID_PARAMETER_VALUE',
        `'${name}' is in the way: a file where a folder is needed, or the other way round.`,
        { hint: 'Choose another artifact path, or delete what is there.' },
      )
    },
    add(path) {
      if (known.size > maxKnown) known.clear()
      for (const folder of ancestors(path)) known.add(folder)
    },
    forget: () => known.clear(),
  }
}
