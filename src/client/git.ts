import { execFile } from 'node:child_process'
import { devNull } from 'node:os'

/** Runs git in one folder; resolves to its output, or undefined when it fails or prints more than `maxBytes`. */
export type Git = (args: readonly string[], maxBytes?: number) => Promise<Buffer | undefined>

const defaultMaxBytes = 1 << 20
const timeoutMs = 30_000

/**
 * The system's git, reading only: it takes no locks, refreshes no index, asks for no password, fetches nothing, and
 * runs nothing that the repository names (hooks, fsmonitor, filters, external diff).
 *
 * @param env the environment git is found with; its own `GIT_…` variables are dropped
 * @param own variables for git itself, as of an index or object store of its own
 */
export async function openGit(
  folder: string,
  env: Readonly<Record<string, string | undefined>>,
  own: Readonly<Record<string, string>> = {},
): Promise<Git> {
  const plain = runGit(folder, gitEnvironment(env, []))
  const filters = await plain(['config', '--name-only', '-z', '--get-regexp', String.raw`^filter\..*`])
  const names = (filters?.toString() ?? '').split('\0').filter((key) => key !== '')
  return runGit(folder, { ...gitEnvironment(env, names), ...own })
}

function runGit(folder: string, env: Record<string, string | undefined>): Git {
  return (args, maxBytes = defaultMaxBytes) =>
    new Promise((resolve) => {
      execFile(
        'git',
        [...args],
        { cwd: folder, env, maxBuffer: maxBytes, timeout: timeoutMs, encoding: 'buffer', windowsHide: true },
        (error, stdout) => resolve(error === null ? stdout : undefined),
      )
    })
}

/** Settings go by the environment, where a key may hold any character, as names of filters do. */
function gitEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  filterKeys: readonly string[],
): Record<string, string | undefined> {
  const settings: [string, string][] = [
    ['core.fsmonitor', 'false'],
    ['core.hooksPath', devNull],
    ['core.quotePath', 'false'],
    ...filterKeys.map((key): [string, string] => [key, key.endsWith('.required') ? 'false' : '']),
  ]
  return {
    ...Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('GIT_'))),
    GIT_OPTIONAL_LOCKS: '0',
    GIT_TERMINAL_PROMPT: '0',
    GIT_NO_LAZY_FETCH: '1',
    LC_ALL: 'C',
    GIT_CONFIG_COUNT: String(settings.length),
    ...Object.fromEntries(
      settings.flatMap(([key, value], index) => [
        [`GIT_CONFIG_KEY_${index}`, key],
        [`GIT_CONFIG_VALUE_${index}`, value],
      ]),
    ),
  }
}
