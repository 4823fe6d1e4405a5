import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { withoutLfsFilters } from '../../src/lfs/test-server.ts'
import { gitHttpLogin } from '../servers/git-http.ts'

const main = join(import.meta.dirname, '../../src/cli/main.ts')

export interface Ended {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A clone, or a new repository, whose user has a home, an identity and a login of their own. */
export interface LfsClone extends AsyncDisposable {
  readonly root: string
  /** Rejects when git fails. Git LFS's filters are on. */
  git(...args: string[]): Promise<string>
  /** As where Git LFS is not installed: files stay pointers. */
  plainGit(...args: string[]): Promise<string>
  runwright(...args: string[]): Promise<Ended>
  start(...args: string[]): ChildProcess
  write(files: Readonly<Record<string, string | Buffer>>): Promise<void>
  read(path: string): Promise<Buffer>
  /** Names of all that lies in `.git/lfs/objects`. */
  listObjects(): Promise<string[]>
}

/**
 * @param url of what is cloned without Git LFS, so that files are pointers; undefined for a new repository
 * @param options.env variables for all that is run
 * @param options.loginFor servers whose login the user's credential helper has, as git matches them; default: all
 */
export async function openLfsClone(
  url: string | undefined,
  { env = {}, loginFor }: { readonly env?: Record<string, string>; readonly loginFor?: string } = {},
): Promise<LfsClone> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'runwright-lfs-')))
  const [root, home] = [join(folder, 'clone'), join(folder, 'home')]
  await mkdir(home)
  const helper = `!f() { test "$1" = get && echo username=${gitHttpLogin.username} && echo password=${gitHttpLogin.password}; }; f`
  const settings = {
    user: { name: 'Ada', email: 'ada@example.org' },
    init: { defaultBranch: 'trunk' },
    [loginFor === undefined ? 'credential' : `credential "${loginFor}"`]: { helper: JSON.stringify(helper) },
  }
  await writeFile(join(home, '.gitconfig'), formatSettings(settings))
  const own = { ...process.env, HOME: home, GIT_TERMINAL_PROMPT: '0', npm_lifecycle_event: '', ...env }
  const run = async (program: string, args: readonly string[], cwd: string, more: Record<string, string> = {}) => {
    const child = spawn(program, args, { cwd, env: { ...own, ...more }, stdio: ['ignore', 'pipe', 'pipe'] })
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
    return { exitCode: child.exitCode, stdout, stderr }
  }
  const git = async (args: readonly string[], more: Record<string, string>, cwd = root) => {
    const { exitCode, stdout, stderr } = await run('git', args, cwd, more)
    if (exitCode !== 0) throw new Error(`git ${args.join(' ')}: ${stderr}${stdout}`)
    return stdout.trimEnd()
  }
  const withoutLfs = { GIT_LFS_SKIP_SMUDGE: '1' }
  await git(url === undefined ? ['init', '--quiet', root] : ['clone', '--quiet', url, root], withoutLfs, folder)
  return {
    root,
    git: (...args) => git(args, {}),
    plainGit: (...args) => git([...withoutLfsFilters, ...args], {}),
    runwright: (...args) => run(process.execPath, [main, ...args], root),
    start: (...args) => spawn(process.execPath, [main, ...args], { cwd: root, env: own, stdio: 'ignore' }),
    async write(files) {
      for (const [file, content] of Object.entries(files)) {
        await mkdir(dirname(join(root, file)), { recursive: true })
        await writeFile(join(root, file), content)
      }
    },
    read: (path) => readFile(join(root, path)),
    async listObjects() {
      const names = await readdir(join(root, '.git/lfs/objects'), { recursive: true }).catch(() => [])
      return names.flatMap((name) => /[0-9a-f]{64}$/.exec(name)?.[0] ?? [])
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true, maxRetries: 5 }),
  }
}

function formatSettings(sections: Readonly<Record<string, Readonly<Record<string, string>>>>): string {
  return Object.entries(sections)
    .map(
      ([title, options]) =>
        `[${title}]\n${Object.entries(options)
          .map(([key, value]) => `\t${key} = ${value}\n`)
          .join('')}`,
    )
    .join('')
}
