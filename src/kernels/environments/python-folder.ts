import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** What a folder with a Python in it says of itself, read from its files: a stranger's Python is not run to ask it. */
export interface PythonFolder {
  /** Absolute. */
  readonly interpreter: string
  readonly version?: string
  readonly hasKernel: boolean
  /** Made by uv. */
  readonly isUvs: boolean
}

const isWindows = process.platform === 'win32'

/** Undefined where there is none. */
export async function readPythonFolder(prefix: string): Promise<PythonFolder | undefined> {
  const interpreter = await findFirst(interpreters.map((name) => join(prefix, name)))
  if (interpreter === undefined) return undefined
  const config = await readConfig(join(prefix, 'pyvenv.cfg'))
  const libraries = await listLibraries(prefix)
  const kernels = await Promise.all(libraries.map(({ path }) => isThere(join(path, 'ipykernel'))))
  const hasOwn = kernels.some(Boolean)
  const home = config.get('include-system-site-packages') === 'true' ? config.get('home') : undefined
  const beneath = home === undefined || hasOwn ? undefined : await readPythonFolder(join(home, '..'))
  const version = config.get('version_info') ?? config.get('version') ?? libraries.find((each) => each.version)?.version
  return {
    interpreter,
    hasKernel: hasOwn || beneath?.hasKernel === true,
    isUvs: config.has('uv'),
    ...(version === undefined ? {} : { version: numbersOf(version) }),
  }
}

const interpreters = isWindows ? [String.raw`Scripts\python.exe`, 'python.exe'] : ['bin/python3', 'bin/python']

/** Without what follows them, as `final.0`. */
function numbersOf(version: string): string {
  return /^\d+(\.\d+)*/.exec(version)?.[0] ?? version
}

async function listLibraries(prefix: string): Promise<{ path: string; version?: string }[]> {
  if (isWindows) return [{ path: join(prefix, 'Lib', 'site-packages') }]
  const names = await readdir(join(prefix, 'lib')).catch(() => [])
  return names.flatMap((name) => {
    const version = /^python(3\.\d+)$/.exec(name)?.[1]
    // Debian's own packages lie beside those that pip installs.
    if (name === 'python3') return [{ path: join(prefix, 'lib', name, 'dist-packages') }]
    if (version === undefined) return []
    return ['site-packages', 'dist-packages'].map((kind) => ({ path: join(prefix, 'lib', name, kind), version }))
  })
}

async function readConfig(path: string): Promise<ReadonlyMap<string, string>> {
  const text = await readFile(path, 'utf8').catch(() => '')
  const pairs = text.split('\n').map((line) => /^\s*([^=]+?)\s*=\s*(.*?)\s*$/.exec(line))
  return new Map(pairs.flatMap((pair) => (pair?.[1] === undefined ? [] : [[pair[1], pair[2] ?? '']])))
}

async function findFirst(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) if (await isThere(path)) return path
  return undefined
}

function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
