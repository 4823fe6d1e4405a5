import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/** What a command and all that it has started took. */
export interface Cost {
  /** Seconds of processor time. */
  readonly cpu: number
  /** Seconds. */
  readonly wall: number
  /** Of its largest process, in MB. */
  readonly memory: number
}

/** Python that starts the command behind a script, without its output, as `child` at the time `start`. */
export const startChild = `
import json, os, sys, time
start = time.monotonic()
quiet = os.open(os.devnull, os.O_WRONLY)
child = os.fork()
if child == 0:
    os.dup2(quiet, 1)
    os.execvp(sys.argv[1], sys.argv[1:])
`

/** Only the system's own account counts children, too; Node does not give it. */
const account = `${startChild}
_, status, used = os.wait4(child, 0)
wall = time.monotonic() - start
print(json.dumps([os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime, wall, used.ru_maxrss / 1024]))
`

/**
 * Runs a command to its end.
 *
 * @throws {Error} when it does not end with 0, with what it said
 */
export function measureCommand(
  folder: string,
  command: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Cost> {
  return measureBy(account, folder, command, env)
}

/**
 * As `measureCommand`.
 *
 * @param script in Python, which runs the command behind it and prints the exit code, seconds of processor time, seconds
 *   and MB
 */
export async function measureBy(
  script: string,
  folder: string,
  command: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<Cost> {
  const options = { cwd: folder, env: { ...process.env, ...env }, maxBuffer: 64 << 20 }
  const { stdout, stderr } = await promisify(execFile)('python3', ['-c', script, ...command], options)
  // SAFETY: the script prints this.
  const [code, cpu, wall, memory] = JSON.parse(stdout) as [number, number, number, number]
  if (code !== 0) throw new Error(`${command.join(' ')} ended with ${code}: ${stderr}`)
  return { cpu, wall, memory }
}
