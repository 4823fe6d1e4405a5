import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import type { Readable } from 'node:stream'
import { createScratchFolder } from '../git/scratch-folder.ts'
import { RunwrightError } from '../protocol/errors.ts'
import { runProgram } from './run-program.ts'
import { quoteWord } from './quote.ts'
import type { Shell, ShellOptions } from './shell.ts'
import type { SshHost } from './ssh-host.ts'
import { explainSshFailure } from '../protocol/ssh-errors.ts'

/** A shell on another machine, with the words for an ssh process of one's own. */
export interface SshShell extends Shell {
  /** For a connection that nobody else uses; the caller adds what it forwards. */
  command(own: readonly string[], argv: readonly string[]): { readonly argv: string[]; readonly stdin: string }
}

/** Of no use to a program that asks nothing, or harmful to it, whatever the user's settings say. */
const always = ['-T', '-x', '-a', '-o', 'BatchMode=yes', '-o', 'PermitLocalCommand=no', '-o', 'RemoteCommand=none']
/** A dead connection is noticed within 15 s. */
const alive = ['-o', 'ConnectTimeout=10', '-o', 'ServerAliveInterval=5', '-o', 'ServerAliveCountMax=3']

/**
 * The system's ssh: its settings, keys, agents and jump hosts are the user's. Calls share one connection through a
 * socket in a folder of our own that nobody else can enter; ssh itself opens it again when it has broken.
 */
export async function openSshShell(
  target: SshHost,
  env: Readonly<Record<string, string | undefined>>,
): Promise<SshShell> {
  const { host } = target
  checkHost(target)
  // Sockets' paths are limited to about a hundred bytes, and ssh adds seventeen of its own.
  const folder = await createScratchFolder('rw', env['XDG_RUNTIME_DIR'])
  const settings = [...settingsOf(target), ...always, ...alive]
  const shared = ['-o', 'ControlMaster=auto', '-o', `ControlPath=${join(folder, 'c')}`, '-o', 'ControlPersist=60']
  const plain = ['-o', 'ClearAllForwardings=yes', '-o', 'LogLevel=ERROR']
  return {
    name: host,
    async run(argv, options = {}) {
      const { line, script } = remoteCommand(argv)
      const input = prepend(script, options.stdin ?? '')
      const words = ['ssh', ...settings, ...shared, ...plain, '--', host, line]
      const result = await runProgram(words, { ...options, stdin: input, name: host, env })
      if (result.code === 127 && result.stderr.includes('ENOENT')) throw missingClient()
      if (result.code === 255 || result.signal !== null) throw explainSshFailure(host, result.stderr)
      return result
    },
    command(own, argv) {
      const { line, script } = remoteCommand(argv)
      const single = ['-o', 'ControlMaster=no', '-o', 'ControlPath=none']
      return { argv: ['ssh', ...settings, ...single, ...own, '--', host, line], stdin: script }
    },
    async [Symbol.asyncDispose]() {
      const words = ['ssh', ...settings, ...shared, '-O', 'exit', '--', host]
      await runProgram(words, { name: host, env, timeoutMs: 5000 }).catch(() => undefined)
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/**
 * What the login shell is told. It may be any shell, so its line has nothing to expand: the script comes first in the
 * input, byte by byte lest the shell's buffer take what follows for the program. So no word of it is in a list of
 * processes either.
 */
function remoteCommand(argv: readonly string[]): { line: string; script: string } {
  const script = `exec ${argv.map(quoteWord).join(' ')}`
  const size = Buffer.byteLength(script)
  return { line: `exec sh -c 'eval "$(dd bs=1 count=${size} 2>/dev/null)"'`, script }
}

function prepend(script: string, stdin: NonNullable<ShellOptions['stdin']>): Buffer | Readable {
  if (typeof stdin === 'string' || stdin instanceof Uint8Array)
    return Buffer.concat([Buffer.from(script), Buffer.from(stdin)])
  const whole = new PassThrough()
  whole.write(script)
  stdin.once('error', (error) => whole.destroy(error))
  return stdin.pipe(whole)
}

function settingsOf({ options = {}, configFile }: SshHost): string[] {
  const file = configFile === undefined ? [] : ['-F', configFile]
  return [...file, ...Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`])]
}

/** A word that ssh would take for an option, or that holds two words, is no host. */
function checkHost({ host, options = {} }: SshHost): void {
  if (!/^[^\s\p{Cc}-][^\s\p{Cc}]*$/u.test(host)) {
    throw new RunwrightError('INVALID_PARAMETER_VALUE', `"${host}" is no host for ssh.`, {
      hint: 'Name it as `ssh` takes it: an alias of ~/.ssh/config, host or user@host.',
    })
  }
  const wrong = Object.entries(options).find(([name, value]) => !/^[A-Za-z0-9]+$/.test(name) || /[\r\n\0]/.test(value))
  if (wrong !== undefined) {
    throw new RunwrightError('INVALID_PARAMETER_VALUE', `"${wrong[0]}" of ${host} is no setting of ssh.`)
  }
}

function missingClient(): RunwrightError {
  return new RunwrightError('INVALID_STATE', 'There is no ssh on this machine.', {
    hint: "Install OpenSSH's client (Debian: openssh-client).",
  })
}
