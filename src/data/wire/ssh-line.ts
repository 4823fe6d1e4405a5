import { spawn } from 'node:child_process'
import { RunwrightError } from '../../protocol/errors.ts'
import { explainSshFailure } from '../../protocol/ssh-errors.ts'
import type { RemoteOptions } from '../remote.ts'
import type { SftpLine } from './sftp.ts'

export interface SshPlace {
  readonly host: string
  readonly user: string | undefined
  readonly port: string | undefined
  readonly keyFile: string | undefined
  /** How long the other side may be silent while answers are awaited. */
  readonly idleMs: number
  readonly env: RemoteOptions['env']
}

/** Nothing is asked, forwarded or run on this machine; a dead connection is noticed within 15 s. */
const settings = [
  'BatchMode=yes',
  'ClearAllForwardings=yes',
  'ConnectTimeout=10',
  'ControlMaster=no',
  'LogLevel=ERROR',
  'PermitLocalCommand=no',
  'RemoteCommand=none',
  'ServerAliveCountMax=3',
  'ServerAliveInterval=5',
].flatMap((setting) => ['-o', setting])

/**
 * A line to the `sftp` subsystem of a machine through the system's ssh, whose settings, keys, agents and jump hosts are
 * the user's. No shell is needed on the other side.
 */
export function openSshLine({ host, user, port, keyFile, idleMs, env }: SshPlace): SftpLine {
  const own = [
    ...(env['RUNWRIGHT_SSH_CONFIG'] === undefined ? [] : ['-F', env['RUNWRIGHT_SSH_CONFIG']]),
    ...(user === undefined ? [] : ['-l', user]),
    ...(port === undefined ? [] : ['-p', port]),
    ...(keyFile === undefined ? [] : ['-i', keyFile]),
  ]
  const words = ['-T', '-x', '-a', ...settings, ...own, '-s', '--', host, 'sftp']
  const child = spawn('ssh', words, { env: { ...env }, stdio: ['pipe', 'pipe', 'pipe'], windowsHide: true })
  let said = ''
  let why: RunwrightError | undefined
  child.stderr.on('data', (chunk: Buffer) => (said = `${said}${chunk}`.slice(-8000)))
  child.stdin.on('error', () => undefined)
  let timer: NodeJS.Timeout | undefined
  const watch = (isWaiting: boolean) => {
    clearTimeout(timer)
    if (!isWaiting) return
    timer = setTimeout(() => {
      why = new RunwrightError('TEMPORARILY_UNAVAILABLE', `${host} was silent for ${idleMs / 1000} s.`)
      child.kill('SIGKILL')
    }, idleMs)
  }
  const ended = new Promise<RunwrightError>((resolve) => {
    child.once('error', () => {
      resolve(
        new RunwrightError('INVALID_STATE', 'There is no ssh on this machine.', {
          hint: "Install OpenSSH's client (Debian: openssh-client).",
        }),
      )
    })
    child.once('close', () => {
      clearTimeout(timer)
      resolve(why ?? explain(host, said))
    })
  })
  return {
    input: child.stdin,
    output: child.stdout,
    name: host,
    ended,
    onTraffic: watch,
    abort: () => child.kill('SIGKILL'),
  }
}

/** What only a person can mend is a matter of being let in. */
function explain(host: string, said: string): RunwrightError {
  if (/subsystem request failed/i.test(said)) {
    return new RunwrightError('INVALID_STATE', `${host} has no sftp.`, {
      hint: 'Its sshd needs the line `Subsystem sftp internal-sftp`.',
    })
  }
  const error = explainSshFailure(host, said)
  if (error.code !== 'INVALID_STATE') return error
  const { message, hint, cause } = error
  return new RunwrightError('PERMISSION_DENIED', message, { cause, ...(hint === undefined ? {} : { hint }) })
}
