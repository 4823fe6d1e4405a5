import { execFile } from 'node:child_process'
import { splitCommandLine } from '../base/command-line.ts'
import { RunwrightError } from '../protocol/errors.ts'
import { isRecord, parseForeignJson } from '../protocol/json.ts'
import type { LfsContext } from './context.ts'
import type { LfsOperation, SshEndpoint } from './endpoint.ts'
import { parseExpiry, parseHeaders } from './messages.ts'
import type { LfsRepository } from './repository.ts'

/** Where an ssh server sends its clients for LFS, and what lets them in there. */
export interface SshAccess {
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  /** Milliseconds since 1970-01-01 UTC; undefined: never. */
  readonly expiresAt: number | undefined
}

const timeoutMs = 60_000
const maxBytes = 1 << 20

/**
 * Asks by ssh: `git-lfs-authenticate PATH OPERATION`. The ssh is git's: `GIT_SSH_COMMAND`, `core.sshCommand`, else `ssh`.
 *
 * @throws UNAUTHENTICATED with what ssh said; INVALID_STATE for an answer that is none; CANCELLED
 * @see https://github.com/git-lfs/git-lfs/blob/main/docs/api/authentication.md
 */
export async function askBySsh(
  { config, root }: LfsRepository,
  endpoint: SshEndpoint,
  operation: LfsOperation,
  { env, isInteractive, now }: LfsContext,
  signal: AbortSignal,
): Promise<SshAccess> {
  const port = endpoint.port === undefined ? [] : ['-p', endpoint.port]
  const batch = isInteractive ? [] : ['-o', 'BatchMode=yes']
  // The server's shell takes the question apart.
  const question = `git-lfs-authenticate '${endpoint.path.replaceAll("'", String.raw`'\''`)}' ${operation}`
  const command = env['GIT_SSH_COMMAND'] ?? config.own.get('core.sshcommand')
  const [program, ...options] = (command === undefined ? undefined : splitCommandLine(command)) ?? [
    env['GIT_SSH'] ?? 'ssh',
  ]
  const words = [...options, ...batch, ...port, '--', endpoint.destination, question]
  const text = await runProgram(program ?? 'ssh', words, { cwd: root, env, signal })
  const answer = parseForeignJson(text)
  if (!isRecord(answer)) {
    throw new RunwrightError('INVALID_STATE', `${endpoint.destination} did not say where its LFS server is.`, {
      hint: `See what "ssh ${endpoint.destination} ${question}" prints.`,
    })
  }
  const href = answer['href']
  return {
    url: typeof href === 'string' && URL.canParse(href) ? new URL(href) : endpoint.fallback,
    headers: parseHeaders(answer['header']),
    expiresAt: parseExpiry(answer, now()),
  }
}

function runProgram(
  program: string,
  words: readonly string[],
  where: { readonly cwd: string; readonly env: LfsContext['env']; readonly signal: AbortSignal },
): Promise<string> {
  const options = { ...where, timeout: timeoutMs, maxBuffer: maxBytes, windowsHide: true }
  return new Promise((resolve, reject) => {
    execFile(program, [...words], options, (error, stdout, stderr) => {
      if (error === null) resolve(stdout)
      else if (where.signal.aborted) reject(new RunwrightError('CANCELLED', 'Cancelled.'))
      else reject(createRefusal(stderr === '' ? error.message : stderr))
    })
  })
}

function createRefusal(said: string): RunwrightError {
  const line = said.trim().split('\n').at(-1) ?? ''
  return new RunwrightError('UNAUTHENTICATED', `The server was asked by ssh and let nobody in: ${line}`, {
    hint: 'See whether "git fetch" works, and whether the server has Git LFS.',
  })
}
