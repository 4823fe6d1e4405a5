import { createWritingGit } from '../git/git.ts'
import { RunwrightError } from '../protocol/errors.ts'
import type { LfsContext } from './context.ts'
import type { Login } from './endpoint.ts'
import type { LfsRepository } from './repository.ts'

/** Who may read and write at a server, as git's credential helpers know it. It is kept in memory only. */
export interface Credential {
  readonly username: string
  readonly password: string
  /** Tells the helpers that it was taken, or that it was not. */
  tell(outcome: 'approve' | 'reject'): Promise<void>
}

/**
 * Asks git for the credentials of a server: `git credential fill`. The question names the host that is going to be asked, so a
 * helper never gives those of another one.
 *
 * @param login what is known already
 * @returns undefined where nobody has any
 * @throws INVALID_PARAMETER_VALUE for an address that would forge the question
 * @see https://git-scm.com/docs/git-credential
 */
export async function findCredential(
  { root }: LfsRepository,
  url: URL,
  login: Login | undefined,
  context: LfsContext,
): Promise<Credential | undefined> {
  const git = createWritingGit(root, credentialEnvironment(context))
  const question: [string, string][] = [
    ['protocol', url.protocol.replace(/:$/, '')],
    ['host', url.host],
    ['path', decodeURIComponent(url.pathname).replace(/^\//, '')],
    ...(login === undefined ? [] : [['username', login.username] satisfies [string, string]]),
  ]
  const answer = await git(['credential', 'fill'], formatFields(question)).catch(() => undefined)
  const fields = new Map(answer?.toString().split('\n').map(splitField))
  const [username, password] = [fields.get('username'), fields.get('password')]
  if (username === undefined || password === undefined) return undefined
  return {
    username,
    password,
    async tell(outcome) {
      // Whether helpers listen is no concern of the transfer.
      await git(['credential', outcome], formatFields([...fields])).catch(() => undefined)
    },
  }
}

function splitField(line: string): [string, string] {
  const equals = line.indexOf('=')
  return equals === -1 ? ['', ''] : [line.slice(0, equals), line.slice(equals + 1)]
}

function formatFields(fields: readonly (readonly [string, string | undefined])[]): Buffer {
  const given = fields.filter(([name, value]) => name !== '' && value !== undefined)
  if (given.some(([, value]) => /[\n\r\0]/.test(value ?? ''))) {
    throw new RunwrightError('INVALID_PARAMETER_VALUE', 'The address of the LFS server holds a line break.', {
      hint: 'See "git config lfs.url" and the file .lfsconfig.',
    })
  }
  return Buffer.from(`${given.map(([name, value]) => `${name}=${value ?? ''}\n`).join('')}\n`)
}

/** As for a fetch of git's own, so that the same helpers answer; without a person, nothing waits for one. */
function credentialEnvironment({ env, isInteractive }: LfsContext): Record<string, string | undefined> {
  const place = new Set(['GIT_DIR', 'GIT_WORK_TREE', 'GIT_INDEX_FILE'])
  const own = Object.fromEntries(Object.entries(env).filter(([name]) => !place.has(name)))
  if (isInteractive) return own
  return { ...own, GIT_TERMINAL_PROMPT: '0', GIT_ASKPASS: '', SSH_ASKPASS: '', GCM_INTERACTIVE: 'never' }
}
