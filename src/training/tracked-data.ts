/** Which versions of data a repository names, by its `.dvc` files, as the package for Python finds them too. */
import { readdir, readFile, stat } from 'node:fs/promises'
import { dirname, join, posix, relative, sep } from 'node:path'
import { parse } from 'yaml'

/** A file or folder under version control, as it was. */
export interface TrackedData {
  /** From the root of its repository, with `/`. */
  readonly path: string
  readonly md5: string
  readonly sha256: string | undefined
  readonly size: number | undefined
  readonly files: number | undefined
}

const ending = '.dvc'

/**
 * The version of a path: its own, or that of a folder it lies in. Undefined where no `.dvc` file names it.
 *
 * @param path absolute
 * @throws {Error} for a `.dvc` file that cannot be read
 */
export async function findTrackedData(path: string): Promise<TrackedData | undefined> {
  const root = await findRoot(dirname(path))
  if (root === undefined) return undefined
  const wanted = relative(root, path).split(sep).join('/')
  const parts = wanted.split('/')
  for (let count = 0; count < parts.length; count++) {
    const folder = parts.slice(0, count).join('/')
    for (const name of await listPointers(join(root, folder))) {
      const text = await readFile(join(root, folder, name), 'utf8')
      const found = readOuts(text, folder).find((out) => wanted === out.path || wanted.startsWith(`${out.path}/`))
      if (found !== undefined) return found
    }
  }
  return undefined
}

async function findRoot(folder: string): Promise<string | undefined> {
  for (let place = folder; ; place = dirname(place)) {
    if ((await stat(join(place, ending)).catch(() => undefined))?.isDirectory() === true) return place
    if (dirname(place) === place) return undefined
  }
}

async function listPointers(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch(() => [])
  return names.filter((name) => name.endsWith(ending) && name !== ending).toSorted()
}

function readOuts(text: string, folder: string): readonly TrackedData[] {
  const { outs, wdir } = fieldsOf(parse(text, { maxAliasCount: 10 }))
  const place = typeof wdir === 'string' ? posix.join(folder, wdir) : folder
  return (Array.isArray(outs) ? outs : []).flatMap((value: unknown) => {
    const { path, md5, hash, size, nfiles, meta } = fieldsOf(value)
    if (typeof path !== 'string' || typeof md5 !== 'string' || hash !== 'md5') return []
    if (!/^[0-9a-f]{32}(\.dir)?$/.test(md5)) return []
    const ours = fieldsOf(fieldsOf(meta)['runwright'])
    // After a re-add by DVC alone it still says what was there before.
    const sha256 = ours['for'] === md5 ? ours['sha256'] : undefined
    return {
      path: posix.join(place, path.replace(/\/+$/, '')),
      md5,
      sha256: typeof sha256 === 'string' && /^[0-9a-f]{64}$/.test(sha256) ? sha256 : undefined,
      size: typeof size === 'number' ? size : undefined,
      files: typeof nfiles === 'number' ? nfiles : undefined,
    }
  })
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}
