import { createHash } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import path from 'node:path'

/** A file that pins what a command is run with. */
export interface LockFile {
  /** Its own name, by which its copy is stored. */
  readonly name: string
  /** Absolute. */
  readonly path: string
  /** Hex. */
  readonly sha256: string
  readonly content: Buffer
}

const lockNames: ReadonlySet<string> = new Set([
  'package-lock.json',
  'npm-shrinkwrap.json',
  'yarn.lock',
  'pnpm-lock.yaml',
  'bun.lock',
  'deno.lock',
  'uv.lock',
  'poetry.lock',
  'pdm.lock',
  'Pipfile.lock',
  'pixi.lock',
  'pylock.toml',
  'conda-lock.yml',
  'environment.yml',
  'environment.yaml',
])
const requirements = /^requirements[\w.-]*\.txt$/
const maxBytes = 16 << 20

/** The lock files of a folder and of the folders above it up to `top`; of several with one name, the nearest. */
export async function findLockFiles(folder: string, top: string): Promise<readonly LockFile[]> {
  const found = new Map<string, string>()
  for (const each of foldersUpTo(folder, top)) {
    const names = await readdir(each).catch(() => [])
    for (const name of names.toSorted()) {
      if ((lockNames.has(name) || requirements.test(name)) && !found.has(name)) found.set(name, path.join(each, name))
    }
  }
  const loaded = await Promise.all([...found].map(([name, file]) => loadLockFile(name, file)))
  return loaded.filter((each) => each !== undefined)
}

function foldersUpTo(folder: string, top: string): string[] {
  const relative = path.relative(top, folder)
  if (relative === '' || relative.startsWith('..') || path.isAbsolute(relative)) return [folder]
  const parts = relative.split(path.sep)
  return [...parts.keys(), parts.length].map((depth) => path.join(top, ...parts.slice(0, depth))).toReversed()
}

async function loadLockFile(name: string, file: string): Promise<LockFile | undefined> {
  try {
    const entry = await stat(file)
    if (!entry.isFile() || entry.size > maxBytes) return undefined
    const content = await readFile(file)
    return { name, path: file, sha256: createHash('sha256').update(content).digest('hex'), content }
  } catch {
    return undefined
  }
}
