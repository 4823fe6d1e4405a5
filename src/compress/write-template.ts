import { cp, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { RunwrightError } from '../protocol/errors.ts'

/** Trainings that follow a compression, as files to begin with. The folder of each has its name. */
export const templates = {
  distill: 'Distillation, and training after pruning, with torch',
  'distill-dense': 'The same for dense nets, with TensorFlow.js',
} as const

/** @throws RESOURCE_DOES_NOT_EXIST */
export function findTemplate(name: string): keyof typeof templates {
  if (name === 'distill' || name === 'distill-dense') return name
  throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `There is no template “${name}”.`, {
    hint: `There are: ${Object.keys(templates).join(', ')}.`,
  })
}

/**
 * Writes the files of a template into a folder that is not there yet, or empty; it is there whole or not at all.
 *
 * @param from the folder of all templates
 * @returns their names
 * @throws RESOURCE_ALREADY_EXISTS when there is something of that name, which stays as it is
 */
export async function writeTemplate(
  name: keyof typeof templates,
  { from, to }: { readonly from: string; readonly to: string },
): Promise<readonly string[]> {
  await mkdir(dirname(to), { recursive: true })
  const beside = await mkdtemp(join(dirname(to), `.${basename(to)}-`))
  try {
    const whole = join(beside, 'files')
    await cp(join(from, name), whole, { recursive: true })
    await takePlace(whole, to)
    return (await readdir(to)).toSorted()
  } finally {
    await rm(beside, { recursive: true, force: true })
  }
}

const isThere = new Set(['EEXIST', 'ENOTEMPTY', 'ENOTDIR', 'EPERM'])

/** A folder that is empty gives way. */
async function takePlace(whole: string, to: string): Promise<void> {
  try {
    await rename(whole, to)
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && isThere.has(String(cause.code)))) throw cause
    throw new RunwrightError('RESOURCE_ALREADY_EXISTS', `${to} is there already.`, {
      cause,
      hint: 'Give another folder.',
    })
  }
}
