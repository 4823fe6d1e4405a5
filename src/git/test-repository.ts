import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

/** For tests: a repository of the real git in a folder of its own. */
export interface TestRepository extends AsyncDisposable {
  /** Absolute path of its root, without links. */
  readonly root: string
  /** Runs git in its root, or in a folder below that `-C` names, and resolves to what it printed. */
  git(...args: string[]): Promise<string>
  /** Writes files, by their path below the root. */
  write(files: Readonly<Record<string, string | Buffer>>): Promise<void>
  /** Commits all there is; resolves to the commit. */
  commit(): Promise<string>
}

const identity = {
  GIT_AUTHOR_NAME: 'Ada',
  GIT_AUTHOR_EMAIL: 'ada@example.org',
  GIT_COMMITTER_NAME: 'Ada',
  GIT_COMMITTER_EMAIL: 'ada@example.org',
  GIT_ALLOW_PROTOCOL: 'file',
}

/** @param options of `git init` */
export async function createTestRepository(...options: string[]): Promise<TestRepository> {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'runwright-repository-')))
  const git = async (...args: string[]) => {
    const env = { ...process.env, ...identity }
    const { stdout } = await promisify(execFile)('git', args, { cwd: root, env, maxBuffer: 64 << 20 })
    return stdout.trimEnd()
  }
  await git('init', '--quiet', '--initial-branch', 'trunk', ...options)
  return {
    root,
    git,
    async write(files) {
      for (const [file, content] of Object.entries(files)) {
        await mkdir(dirname(join(root, file)), { recursive: true })
        await writeFile(join(root, file), content)
      }
    },
    async commit() {
      await git('add', '--all')
      await git('commit', '--quiet', '--allow-empty', '--message', 'Change')
      return git('rev-parse', 'HEAD')
    },
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  }
}
