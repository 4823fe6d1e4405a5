import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { dataFiles, dataFolderName } from '../../protocol/data-folder.ts'
import { RunwrightError } from '../../protocol/errors.ts'
import { isThere } from '../../git/is-there.ts'
import type { GpuDevice } from '../devices/device.ts'
import { toDeviceEnvironment } from '../devices/visible-devices.ts'
import type { Attempt } from '../target.ts'
import { jobFiles, wrapperExits } from '../wrapper/job-folder.ts'
import { checkpointVariable, settingsText } from '../wrapper/settings-text.ts'
import { wrapperText } from '../wrapper/wrapper-text.ts'
import { jobOf } from './attempt-key.ts'
import { localEnvironment } from './local-environment.ts'
import { claimFolder, removeFolder } from './local-folder.ts'
import { type PlacedCode, prepareCommand } from './placed-code.ts'

export interface LocalStartParts {
  /** The engine's own; commands inherit what is not for the engine alone. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** This machine's GPUs, so that a job sees those it has and no others. */
  listGpus(): Promise<readonly GpuDevice[]>
  /**
   * Writes the code of an isolated attempt into a new folder, complete or not at all.
   *
   * @param folder absolute, in the attempt's own folder, so that it goes with it
   * @returns the workspace's place in it, absolute, and what the attempt does before its command
   */
  placeCode(attempt: Attempt, folder: string): Promise<PlacedCode>
}

/**
 * Starts the wrapper of an attempt and resolves when the attempt has begun, by this start or by an earlier one. When it
 * throws, no start has begun and nothing is left.
 *
 * @param folder of the attempt, absolute
 */
export async function startLocalAttempt(attempt: Attempt, folder: string, parts: LocalStartParts): Promise<void> {
  if (await isThere(join(folder, jobFiles.claim))) return
  await mkdir(folder, { recursive: true, mode: 0o700 })
  try {
    const [code, gpus] = await Promise.all([
      attempt.spec.isIsolated ? placeAnew(attempt, join(folder, 'code'), parts) : { directory: attempt.workspace },
      parts.listGpus(),
    ])
    const { command, files } = prepareCommand(code, folder, attempt.spec.command)
    const settings = describeAttempt(attempt, command, code.directory)
    const texts = { ...files, [jobFiles.settings]: settings, [jobFiles.wrapper]: wrapperText() }
    for (const [name, text] of Object.entries(texts)) await writeWhole(join(folder, name), text)
    await startWrapper(folder, localEnvironment(parts.env, attempt, toDeviceEnvironment(gpus, attempt.gpus)))
  } catch (error) {
    // It may have begun by another start meanwhile.
    if (!(await claimFolder(folder))) return
    await removeFolder(folder)
    throw error
  }
}

/** An earlier submission may have come as far as the code. */
async function placeAnew(attempt: Attempt, folder: string, { placeCode }: LocalStartParts) {
  await rm(folder, { recursive: true, force: true })
  return placeCode(attempt, folder)
}

function describeAttempt({ key, spec, workspace }: Attempt, command: readonly string[], directory: string): string {
  const { timeLimitSeconds, memoryBytes } = spec.resources
  return settingsText({
    key,
    command,
    directory: resolve(directory, spec.workingDirectory),
    // In the workspace, where the code of an isolated attempt is not; a folder that the user names goes before.
    checkpoints: Object.hasOwn(spec.env, checkpointVariable)
      ? undefined
      : join(workspace, dataFolderName, dataFiles.checkpoints, jobOf(key)),
    timeLimitSeconds,
    memoryBytes,
  })
}

async function startWrapper(folder: string, env: Record<string, string>): Promise<void> {
  const child = spawn('/bin/sh', [join(folder, jobFiles.wrapper), folder], {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'ignore'],
    // A session of its own: what ends the engine's does not end the job.
    detached: true,
  })
  child.unref()
  const code = await claimOutcome(child, folder)
  if (code === undefined || code === wrapperExits.refused) return
  throw new RunwrightError('TEMPORARILY_UNAVAILABLE', `The wrapper of the job ended with exit code ${code}.`, {
    hint: `See that there is space for ${folder}.`,
  })
}

/** The exit code of a wrapper that has not got the claim. One that has it closes its output once the claim is complete. */
async function claimOutcome(child: ChildProcess, folder: string): Promise<number | null | undefined> {
  const exited = once(child, 'exit')
  // A rejection is taken up below, after the output.
  exited.catch(() => undefined)
  if (child.stdout !== null) {
    child.stdout.resume()
    await Promise.race([once(child.stdout, 'close'), exited])
  }
  if (await isThere(join(folder, jobFiles.owner))) return undefined
  await exited
  return child.exitCode
}

/** Complete or not at all: an earlier start may be reading it. */
async function writeWhole(file: string, text: string): Promise<void> {
  const beside = `${file}.${crypto.randomUUID()}.part`
  {
    await using handle = await open(beside, 'w', 0o600)
    await handle.writeFile(text)
  }
  await rename(beside, file)
}
