import { RunwrightError } from '../../protocol/errors.ts'
import { openSshShell } from '../../ssh/ssh-shell.ts'
import type { SshHost } from '../../ssh/ssh-host.ts'

/** An interpreter with its arguments, as words for a shell of another machine; `~/` stands for the home there. */
export function pythonWords(interpreter: string, args: readonly string[]): string[] {
  return ['sh', '-c', script, 'sh', interpreter, ...args]
}

const script = 'case $1 in "~/"*) p=$HOME/${1#"~/"};; *) p=$1;; esac; shift; exec "$p" "$@"'

/**
 * Looks whether a Python of a host can start a kernel.
 *
 * @returns its version, as `3.12.3`
 * @throws INVALID_STATE for what is missing there, and what ssh says against it
 */
export async function checkRemotePython(
  host: SshHost,
  interpreter: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  await using shell = await openSshShell(host, env)
  const program = 'import platform, ipykernel_launcher, zmq; print(platform.python_version())'
  const { code, stdout, stderr } = await shell.run(pythonWords(interpreter, ['-c', program]))
  if (code !== 0) throw explainPython(host.host, interpreter, code, stderr)
  return stdout.toString().trim()
}

/** Why a Python of a host does not start a kernel. @param said what it wrote to its standard error */
export function explainPython(host: string, interpreter: string, code: number, said: string): RunwrightError {
  if (code === 126 || code === 127) {
    return new RunwrightError('INVALID_STATE', `${host} has no program "${interpreter}".`, {
      hint: `Name a Python that is there: runwright kernels start --host ${host} '~/venv/bin/python'`,
    })
  }
  if (/No module named '(ipykernel|ipykernel_launcher|zmq)/.test(said)) {
    return new RunwrightError('INVALID_STATE', `ipykernel is not installed in ${interpreter} of ${host}.`, {
      hint: `Install it there: ssh ${host} ${interpreter} -m pip install ipykernel`,
    })
  }
  const last = said.trim().split('\n').at(-1) ?? ''
  return new RunwrightError('INVALID_STATE', `${interpreter} of ${host} cannot start a kernel: ${last}`, {
    hint: `Its environment is broken: "${interpreter} -m ipykernel_launcher --version" there says more.`,
  })
}
