import { readdir, readFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { isRecord, parseForeignJson } from '../../protocol/json.ts'
import type { PlaceOptions } from './python-places.ts'

/** What a `kernel.json` says. @see https://jupyter-client.readthedocs.io/en/stable/kernels.html#kernel-specs */
export interface KernelSpec {
  readonly name: string
  readonly displayName: string
  readonly language: string
  readonly argv: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** It wants to be interrupted by a message, not by a signal. */
  readonly isInterruptedByMessage: boolean
}

/** Those of the user and of the system, by name; the first of a name is the one. */
export async function listKernelSpecs(options: PlaceOptions): Promise<KernelSpec[]> {
  const found = new Map<string, KernelSpec>()
  for (const folder of specFolders(options)) {
    for (const name of await readdir(folder).catch(() => [])) {
      const spec = parseKernelSpec(name, await readFile(join(folder, name, 'kernel.json'), 'utf8').catch(() => ''))
      if (spec !== undefined && !found.has(name)) found.set(name, spec)
    }
  }
  return [...found.values()]
}

function specFolders({ home, env }: PlaceOptions): string[] {
  const named = (env['JUPYTER_PATH'] ?? '').split(delimiter).filter((folder) => folder !== '')
  const users = env['JUPYTER_DATA_DIR'] ?? userFolder(home, env)
  const systems =
    process.platform === 'win32'
      ? [join(env['PROGRAMDATA'] ?? String.raw`C:\ProgramData`, 'jupyter')]
      : ['/usr/local/share/jupyter', '/usr/share/jupyter']
  return [...named, users, ...systems].map((folder) => join(folder, 'kernels'))
}

function userFolder(home: string, env: PlaceOptions['env']): string {
  if (process.platform === 'darwin') return join(home, 'Library', 'Jupyter')
  if (process.platform === 'win32') return join(env['APPDATA'] ?? home, 'jupyter')
  return join(env['XDG_DATA_HOME'] ?? join(home, '.local', 'share'), 'jupyter')
}

/** Undefined for what starts no kernel. */
export function parseKernelSpec(name: string, text: string): KernelSpec | undefined {
  const spec = parseForeignJson(text)
  if (!isRecord(spec) || !Array.isArray(spec['argv']) || spec['argv'].length === 0) return undefined
  const { argv, env } = spec
  const words: unknown[] = argv
  if (!words.every((word) => typeof word === 'string')) return undefined
  const variables = isRecord(env) ? Object.entries(env) : []
  return {
    name,
    displayName: typeof spec['display_name'] === 'string' ? spec['display_name'] : name,
    language: typeof spec['language'] === 'string' ? spec['language'].toLowerCase() : '',
    argv: words,
    isInterruptedByMessage: spec['interrupt_mode'] === 'message',
    env: Object.fromEntries(variables.flatMap(([key, value]) => (typeof value === 'string' ? [[key, value]] : []))),
  }
}
