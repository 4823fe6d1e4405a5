import { createHash } from 'node:crypto'
import { EventEmitter, once } from 'node:events'
import { RunwrightError } from '../../protocol/errors.ts'
import type { AttemptKey } from '../target.ts'
import { followByProcess, followFolders } from './follow-folders.ts'
import type { Follower } from './follow-folders.ts'
import type { JobFolders } from './job-folders.ts'
import { aliveFunctions, bootProgram } from './job-folders.ts'
import { explainSshFailure } from '../../protocol/ssh-errors.ts'
import { moveUrl } from './move-url.ts'
import type { SshShell } from '../../ssh/ssh-shell.ts'
import { choosePort, nextPort } from './tracking-port.ts'

/**
 * The connection that stands while there are jobs on a host: it tells what happens in their folders, and brings what
 * they log back to this machine. On the host only its own loopback listens, and the tracking server asks for a token.
 */
export interface StandingLine extends Disposable {
  /**
   * Variables with the address that the tracking server has on the host in place of this machine's. It stays the same
   * for its owner, for running commands know it.
   *
   * @throws TEMPORARILY_UNAVAILABLE when the line cannot be opened within 15 s, INVALID_STATE when a person must act
   */
  moveEnv(env: Readonly<Record<string, string>>): Promise<Record<string, string>>
  watch(changed: (key: AttemptKey | undefined) => void): Disposable
}

const openTimeoutMs = 15_000

/**
 * @param parts.trackingPort of the tracking server on this machine
 * @param parts.owner tells the lines of several workspaces and targets apart
 */
export function createStandingLine(parts: {
  readonly shell: SshShell
  readonly folders: JobFolders
  readonly env: Readonly<Record<string, string | undefined>>
  readonly trackingPort: number
  readonly owner: string
}): StandingLine {
  const { shell, folders, trackingPort } = parts
  const id = createHash('sha256').update(parts.owner).digest('hex')
  const watchers = new Set<(key: AttemptKey | undefined) => void>()
  const events = new EventEmitter<{ up: [] }>().setMaxListeners(0)
  let fault: RunwrightError | undefined
  let port = choosePort(id)
  let isUp = false
  let refusals = 0
  let following: Follower | undefined

  const command = async () => {
    if (refusals > 0) await shell.run(['sh', '-c', evictProgram, 'sh', id]).catch(() => undefined)
    // A line of an earlier engine has been ended by then: somebody else has the port.
    if (refusals > 4) port = nextPort(port)
    const own = ['-R', `127.0.0.1:${port}:127.0.0.1:${trackingPort}`, '-o', 'ExitOnForwardFailure=yes']
    return shell.command(
      [...own, '-o', 'LogLevel=ERROR'],
      ['sh', '-c', `${noteProgram}\n${folders.followProgram}`, 'sh', id],
    )
  }
  const ended = (said: string) => {
    isUp = false
    refusals = /forwarding failed/.test(said) ? refusals + 1 : 0
    fault = explainSshFailure(shell.name, said)
  }
  const changed = (key: AttemptKey | undefined) => {
    if (!isUp) events.emit('up')
    isUp = true
    refusals = 0
    for (const tell of watchers) tell(key)
  }
  const start = followByProcess(command, parts.env)
  const stand = () => (following ??= followFolders({ start, changed, ended }))

  const openPort = async () => {
    stand()
    if (isUp) return port
    try {
      await once(events, 'up', { signal: AbortSignal.timeout(openTimeoutMs) })
    } catch {
      throw fault ?? new RunwrightError('TEMPORARILY_UNAVAILABLE', `${shell.name} did not answer within 15 s.`)
    }
    return port
  }

  return {
    async moveEnv(env) {
      const to = await openPort()
      return Object.fromEntries(Object.entries(env).map(([name, value]) => [name, moveUrl(value, trackingPort, to)]))
    },
    watch(tell) {
      watchers.add(tell)
      stand()
      return { [Symbol.dispose]: () => void watchers.delete(tell) }
    },
    [Symbol.dispose]: () => following?.[Symbol.dispose](),
  }
}

/** Notes the server's process for this connection, which has the port as long as it lives. */
const noteProgram = `umask 077
mkdir -p "$HOME/.runwright/lines"
${bootProgram}
a_birth=-
if [ -r "/proc/$PPID/stat" ]; then
  read -r line <"/proc/$PPID/stat"
  field() { shift "$1"; a_birth=$1; }
  field 20 \${line##*) }
else a_birth=$(ps -o lstart= -p "$PPID" | tr -s ' ' _); fi
echo "$PPID $a_birth $boot" >"$HOME/.runwright/lines/$1"`

/** Ends a connection of this workspace whose other end has gone without a word: the server may keep it for hours. */
const evictProgram = `${bootProgram}
${aliveFunctions}
file=$HOME/.runwright/lines/$1
if is_alive "$file"; then read -r pid rest <"$file" && kill "$pid"; fi`
