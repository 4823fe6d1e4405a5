import { readdir } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { RunwrightError } from '../../protocol/errors.ts'
import type { JobSpec } from '../../protocol/jobs.ts'
import { isLockName } from '../environment/locks.ts'
import { quoteWord } from '../../ssh/quote.ts'

/**
 * The program that the PATH of a machine must have for a job that runs there from a copy of its code. Undefined where the
 * job may bring it along: by a path in its code, or in the environment of a lock.
 *
 * @param workspace absolute path on this machine
 */
export async function findNeededProgram(
  { command, workingDirectory, env }: Pick<JobSpec, 'command' | 'workingDirectory' | 'env'>,
  workspace: string,
): Promise<string | undefined> {
  const [program = ''] = command
  if (program.startsWith('/')) return program
  if (program.includes('/') || Object.hasOwn(env, 'PATH')) return undefined
  return (await hasLock(resolve(workspace, workingDirectory))) ? undefined : program
}

/** From the folder up to the root of its repository. */
async function hasLock(folder: string): Promise<boolean> {
  const names: readonly string[] = await readdir(folder).catch(() => [])
  if (names.some(isLockName)) return true
  const parent = dirname(folder)
  return names.includes('.git') || parent === folder ? false : hasLock(parent)
}

const missing = 'program missing'

/** Lines of a shell's program that look for a program; `isMissing` reads what they print. */
export function lookForProgram(program: string): string {
  return `command -v ${quoteWord(program)} >/dev/null 2>&1 || echo '${missing}'\n`
}

export function isMissing(said: string): boolean {
  return said.split('\n').includes(missing)
}

export function refuseProgram(program: string, host: string): RunwrightError {
  return new RunwrightError('INVALID_PARAMETER_VALUE', `${host} has no program "${program}" on its PATH.`, {
    hint: 'Install it there, give its path, or keep a lock of its environment in the repository.',
  })
}
