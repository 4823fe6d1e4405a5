import { execFile } from 'node:child_process'
import os from 'node:os'
import path from 'node:path'
import { artifactPaths } from '../protocol/tag-names.ts'
import { findInterpreter } from './interpreter.ts'
import { findLockFiles } from './lock-files.ts'

/** A file that describes what a run ran in. */
export interface EnvironmentFile {
  /** Relative to the run's artifact root. */
  readonly path: string
  readonly content: Buffer
}

/**
 * Describes what a command runs in: its interpreter with the packages it finds, machine, GPUs, lock files with copies,
 * and the names of its environment's variables; never their values, which may be secrets.
 *
 * @param top lock files are looked for from `cwd` up to this folder
 */
export async function readEnvironment(
  command: readonly string[],
  cwd: string,
  top: string,
  env: Readonly<Record<string, string>>,
): Promise<readonly EnvironmentFile[]> {
  const [interpreter, gpus, lockFiles] = await Promise.all([
    findInterpreter(command, cwd, env),
    listGpus(env),
    findLockFiles(cwd, top),
  ])
  const record = {
    interpreter: interpreter ?? null,
    platform: {
      system: os.platform(),
      release: os.release(),
      arch: os.arch(),
      host: os.hostname(),
      cpu: os.cpus()[0]?.model ?? '',
      cpuCount: os.cpus().length,
      memoryBytes: os.totalmem(),
    },
    gpus,
    variables: Object.keys(env).toSorted(),
    lockFiles: lockFiles.map(({ name, path: file, sha256 }) => ({ name, path: path.relative(top, file), sha256 })),
  }
  return [
    { path: artifactPaths.environment, content: Buffer.from(`${JSON.stringify(record, null, 2)}\n`) },
    ...lockFiles.map(({ name, content }) => ({ path: `${artifactPaths.environmentFolder}/${name}`, content })),
  ]
}

interface Gpu {
  readonly name: string
  readonly memoryMiB: number
  readonly driver: string
}

/** What `nvidia-smi` lists; nothing where it is not installed. */
function listGpus(env: Readonly<Record<string, string>>): Promise<readonly Gpu[]> {
  const args = ['--query-gpu=name,memory.total,driver_version', '--format=csv,noheader,nounits']
  return new Promise((resolve) => {
    execFile('nvidia-smi', args, { env, timeout: 10_000, windowsHide: true }, (error, stdout) => {
      resolve(error === null ? parseGpus(stdout) : [])
    })
  })
}

/** Reads the answer of nvidia-smi: one GPU a line as `name, memory in MiB, driver`. */
export function parseGpus(csv: string): readonly Gpu[] {
  return csv.split('\n').flatMap((line) => {
    const [name, memory, driver] = line.split(', ').map((cell) => cell.trim())
    return name && memory && driver ? [{ name, memoryMiB: Number(memory), driver }] : []
  })
}
