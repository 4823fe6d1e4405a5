import { type ChildProcess, execFile } from 'node:child_process'
import { devNull } from 'node:os'
import { RunwrightError } from '../protocol/errors.ts'

/** Runs git in one folder; resolves to its output, or undefined when it fails or prints more than `maxBytes`. */
export type Git = (args: readonly string[], maxBytes?: number, input?: Uint8Array) => Promise<Buffer | undefined>

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
  return runGit(folder, { ...(await loadGitEnvironment(folder, env)), ...own })
}

/** What git is run with, so that it runs nothing else. */
export type GitEnvironment = Readonly<Record<string, string | undefined>>

/** With the filters of the repository's and the user's settings turned off, whatever they are called. */
export async function loadGitEnvironment(
  folder: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<GitEnvironment> {
  const plain = runGit(folder, gitEnvironment(env, []))
  const filters = await plain(['config', '--name-only', '-z', '--get-regexp', String.raw`^filter\..*`])
  const names = (filters?.toString() ?? '').split('\0').filter((key) => key !== '')
  return gitEnvironment(env, names)
}

/** For commands that read no contents, as `ls-files`: no filter could run, so none has to be found and turned off. */
export function openListingGit(folder: string, env: Readonly<Record<string, string | undefined>>): Git {
  return runGit(folder, gitEnvironment(env, []))
}

/** As `Git`, for commands that write: it takes an input, and rejects with what git said. */
export type WritingGit = (args: readonly string[], input?: Uint8Array) => Promise<Buffer>

/** A checkout of a large repository takes its time. */
const writeTimeoutMs = 600_000

/**
 * Git for writing into the user's repository. Hooks, filters and external programs stay off here too, so files of Git
 * LFS stay the pointers that are committed.
 */
export async function openWritingGit(...args: Parameters<typeof openGit>): Promise<WritingGit> {
  const [folder, env, own] = args
  return createWritingGit(folder, { ...(await loadGitEnvironment(folder, env)), ...own })
}

/** @param env of `loadGitEnvironment`, for whoever asks git more than once */
export function createWritingGit(folder: string, env: GitEnvironment): WritingGit {
  const options = { cwd: folder, env, maxBuffer: defaultMaxBytes, timeout: writeTimeoutMs, windowsHide: true }
  return (words, input) =>
    new Promise((resolve, reject) => {
      const child = execFile('git', [...words], { ...options, encoding: 'buffer' }, (error, stdout, stderr) =>
        error === null ? resolve(stdout) : reject(createGitError(words, stderr.toString())),
      )
      give(child, input)
    })
}

function give({ stdin }: ChildProcess, input: Uint8Array | undefined): void {
  // Whoever ends before it has read all says why by its exit code.
  stdin?.on('error', () => undefined)
  stdin?.end(input)
}

/** @param said what git wrote to stderr */
export function createGitError(words: readonly string[], said: string): RunwrightError {
  const lines = said.split('\n').filter((line) => /^(fatal|error): /.test(line))
  const text = (lines.at(-1) ?? said).trim().replace(/^(fatal|error): /, '')
  return new RunwrightError(
    'INVALID_STATE',
    `git ${words[0] ?? ''} failed: ${text === '' ? 'it gave no reason' : text}.`,
  )
}

/** @param env of `loadGitEnvironment`, for whoever asks git more than once */
export function runGit(folder: string, env: GitEnvironment): Git {
  const options = { cwd: folder, env, timeout: timeoutMs, windowsHide: true }
  return (args, maxBuffer = defaultMaxBytes, input = undefined) =>
    new Promise((resolve) => {
      const child = execFile('git', [...args], { ...options, maxBuffer, encoding: 'buffer' }, (error, stdout) =>
        resolve(error === null ? stdout : undefined),
      )
      give(child, input)
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
