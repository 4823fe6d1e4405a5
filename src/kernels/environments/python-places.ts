import { readdir, readFile } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'
import type { EnvironmentKind } from '../../protocol/kernels.ts'

/** A folder that may hold a Python. */
export interface PythonPlace {
  readonly prefix: string
  readonly kind: Exclude<EnvironmentKind, 'kernelspec' | 'built-in'>
}

export interface PlaceOptions {
  /** Absolute. */
  readonly workspace: string
  /** The user's folder, absolute. */
  readonly home: string
  readonly env: Readonly<Record<string, string | undefined>>
}

/** Where Pythons are, those of the workspace first. Some of the folders are not there. */
export async function listPythonPlaces(options: PlaceOptions): Promise<PythonPlace[]> {
  const { env } = options
  const active = env['VIRTUAL_ENV']
  const places = await Promise.all([
    listWorkspace(options.workspace),
    active === undefined ? [] : [{ prefix: active, kind: 'venv' as const }],
    listConda(options),
    listFolders(join(env['PYENV_ROOT'] ?? join(options.home, '.pyenv'), 'versions'), 'pyenv'),
    listFolders(env['WORKON_HOME'] ?? join(options.home, '.virtualenvs'), 'venv'),
    listPath(env['PATH'] ?? ''),
  ])
  return places.flat()
}

/** Folders of the workspace itself; what lies deeper belongs to something else as a rule. */
async function listWorkspace(workspace: string): Promise<PythonPlace[]> {
  const entries = await readdir(workspace, { withFileTypes: true }).catch(() => [])
  const found = await Promise.all(
    entries
      .filter((entry) => entry.isDirectory() || entry.isSymbolicLink())
      .map(async ({ name }): Promise<PythonPlace[]> => {
        const prefix = join(workspace, name)
        const names = new Set(await readdir(prefix).catch(() => []))
        if (names.has('pyvenv.cfg')) return [{ prefix, kind: 'venv' }]
        return names.has('conda-meta') ? [{ prefix, kind: 'conda' }] : []
      }),
  )
  // The customary name first.
  return found.flat().toSorted((a, b) => Number(b.prefix.endsWith('.venv')) - Number(a.prefix.endsWith('.venv')))
}

async function listConda({ home, env }: PlaceOptions): Promise<PythonPlace[]> {
  const roots = ['miniconda3', 'anaconda3', 'miniforge3', 'mambaforge', 'micromamba'].map((name) => join(home, name))
  const active = env['CONDA_PREFIX']
  const listed = await readFile(join(home, '.conda', 'environments.txt'), 'utf8').catch(() => '')
  const known = [...(active === undefined ? [] : [active]), ...listed.split('\n').map((line) => line.trim())]
  const bases = [...roots, '/opt/conda']
  const inside = await Promise.all(bases.map((base) => listFolders(join(base, 'envs'), 'conda')))
  const prefixes = [...known.filter((line) => line !== ''), ...bases]
  return [...prefixes.map((prefix) => ({ prefix, kind: 'conda' as const })), ...inside.flat()]
}

async function listFolders(folder: string, kind: PythonPlace['kind']): Promise<PythonPlace[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => ({ prefix: join(folder, name), kind }))
}

function listPath(path: string): PythonPlace[] {
  const folders = path.split(delimiter).filter((folder) => folder !== '')
  // A Python of the system is in a `bin`; on Windows it is in its own folder.
  return folders.map((folder) => ({ prefix: process.platform === 'win32' ? folder : dirname(folder), kind: 'system' }))
}
