import { constants } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import { delimiter, join, relative, resolve, sep } from 'node:path'
import { RunwrightError } from '../../protocol/errors.ts'
import type { JobSpec } from '../../protocol/jobs.ts'
import { findNeededProgram } from './needed-program.ts'
import { isVariableName } from '../../ssh/quote.ts'

/**
 * Refuses what could not even start on this machine.
 *
 * @param place.workspace absolute path
 * @param place.env       the engine's environment, whose PATH commands have unless they bring another
 * @throws INVALID_PARAMETER_VALUE
 */
export async function checkLocalJob(
  spec: JobSpec,
  place: { readonly workspace: string; readonly env: Readonly<Record<string, string | undefined>> },
): Promise<void> {
  if (process.platform === 'win32') throw refuse('Jobs need a POSIX shell, which Windows does not have.', 'Use WSL.')
  const { nodes = 1 } = spec.resources
  if (nodes > 1) throw refuse(`This machine is one node, and the job asks for ${nodes}.`, 'Choose another target.')
  for (const name of [...Object.keys(spec.env), ...spec.secrets]) {
    if (!isVariableName(name)) throw refuse(`"${name}" cannot be the name of a variable.`, 'Use letters, digits and _.')
  }
  if ([...spec.command, ...Object.values(spec.env)].some((text) => text.includes('\0'))) {
    throw refuse('A command and its variables cannot hold a NUL character.', 'Take it out.')
  }
  const folder = resolveInside(place.workspace, spec.workingDirectory)
  if (!spec.isIsolated) await checkFolder(folder, spec.workingDirectory)
  // The environment of a lock may bring it.
  if (spec.isIsolated && (await findNeededProgram(spec, place.workspace)) === undefined) return
  await checkProgram(spec, folder, spec.env['PATH'] ?? place.env['PATH'] ?? '')
}

function resolveInside(workspace: string, path: string): string {
  const folder = resolve(workspace, path)
  const [first] = relative(workspace, folder).split(sep)
  if (first !== '..') return folder
  throw refuse(`The working directory ${path} is not in the workspace.`, 'Give one relative to the workspace.')
}

async function checkFolder(folder: string, path: string): Promise<void> {
  const entry = await stat(folder).catch(() => undefined)
  if (entry?.isDirectory() === true) return
  throw refuse(`There is no folder ${path} in the workspace.`, 'Give the working directory relative to the workspace.')
}

async function checkProgram({ command }: JobSpec, folder: string, path: string): Promise<void> {
  const [program = ''] = command
  if (program === '') throw refuse('The job has no command.', 'Give a program and its arguments.')
  if (program.includes('/')) {
    if (await isProgram(resolve(folder, program))) return
    throw refuse(`There is no program ${program} that can be run.`, 'Check its path, and that it is executable.')
  }
  for (const each of path.split(delimiter)) if (await isProgram(join(resolve(folder, each), program))) return
  throw refuse(`The program "${program}" is not on the PATH.`, 'Install it, or give its path.')
}

async function isProgram(path: string): Promise<boolean> {
  const entry = await stat(path).catch(() => undefined)
  if (entry?.isFile() !== true) return false
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  )
}

function refuse(message: string, hint: string): RunwrightError {
  return new RunwrightError('INVALID_PARAMETER_VALUE', message, { hint })
}
