import { execFile } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { openChildServer } from './child-server.ts'
import { findFreePorts } from './free-ports.ts'
import { whyNot } from './server-script.ts'

/** git over HTTP with Git LFS, on 127.0.0.1; disposing it ends and removes it. */
export interface GitHttpServer extends AsyncDisposable {
  readonly port: number
  /** Makes an empty repository, and resolves to its address without the login. */
  createRepository(name: string): Promise<string>
  /** Where the server keeps an LFS object. */
  objectPath(oid: string): string
}

/** Who may write. */
export const gitHttpLogin = { username: 'runwright', password: 'runwright-test' }

/** Why there can be no such server with clients of Git LFS here; false when there can. */
export const whyNoGitLfs = whyNot(['git', 'git-lfs', 'python3'], { needsRoot: false })

export async function openGitHttp(): Promise<GitHttpServer> {
  const [port = 0] = await findFreePorts(1)
  const script = join(import.meta.dirname, 'git-http.py')
  const server = await openChildServer({
    name: 'git-http',
    async words(folder) {
      await Promise.all(['repos', 'lfs'].map((name) => mkdir(join(folder, name))))
      return ['python3', script, folder, String(port)]
    },
    isReady: async () => (await fetch(`http://127.0.0.1:${port}/healthz`)).ok,
  })
  return {
    port,
    async createRepository(name) {
      const folder = join(server.folder, 'repos', `${name}.git`)
      await promisify(execFile)('git', ['init', '--quiet', '--bare', '--initial-branch', 'trunk', folder])
      await promisify(execFile)('git', ['-C', folder, 'config', 'http.receivepack', 'true'])
      return `http://127.0.0.1:${port}/${name}.git`
    },
    objectPath: (oid) => join(server.folder, 'lfs', oid.slice(0, 2), oid.slice(2, 4), oid),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}
