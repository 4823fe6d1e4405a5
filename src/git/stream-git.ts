import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Readable } from 'node:stream'
import { RunwrightError } from '../protocol/errors.ts'
import { createGitError, type GitEnvironment } from './git.ts'

export interface StreamOptions {
  readonly signal: AbortSignal
  /** What git is given to read; made as git takes it. */
  readonly input?: Iterable<string>
}

/** Git says why it fails in a few lines. */
const maxSaid = 4096

/**
 * What a reading git prints, as it comes, for lists that have no bound. Whoever stops reading ends git.
 *
 * @param env of `loadGitEnvironment`
 * @throws INVALID_STATE with what git said when it fails, also after output; CANCELLED
 */
export async function* streamGit(
  folder: string,
  env: GitEnvironment,
  args: readonly string[],
  { signal, input = [] }: StreamOptions,
): AsyncGenerator<Uint8Array> {
  const child = spawn('git', [...args], { cwd: folder, env, stdio: ['pipe', 'pipe', 'pipe'], windowsHide: true })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-maxSaid)))
  // Whoever ends before it has read all says why by its exit code.
  child.stdin.on('error', () => undefined)
  const failure = once(child, 'close').then(
    () => undefined,
    (error: unknown) => error,
  )
  const stop = () => void child.kill()
  signal.addEventListener('abort', stop, { once: true })
  if (signal.aborted) stop()
  Readable.from(input).pipe(child.stdin)
  try {
    for await (const chunk of child.stdout) if (chunk instanceof Uint8Array) yield chunk
    const cause = await failure
    if (signal.aborted) throw new RunwrightError('CANCELLED', 'Cancelled.')
    if (cause !== undefined) throw createMissingGit(cause)
    if (child.exitCode !== 0) throw createGitError(args, said)
  } finally {
    signal.removeEventListener('abort', stop)
    stop()
    await failure
  }
}

function createMissingGit(cause: unknown): RunwrightError {
  return new RunwrightError('INVALID_STATE', 'git is not installed, or not in the PATH.', {
    hint: 'Install git, and try again.',
    cause,
  })
}
