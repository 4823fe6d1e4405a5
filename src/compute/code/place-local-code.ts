import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { RunwrightError } from '../../protocol/errors.ts'
import type { Attempt } from '../target.ts'
import { checkOutCode } from './check-out-code.ts'
import { type CodePart, listCodeParts } from './code-parts.ts'
import { getCode } from './locate-code.ts'

export interface LocalCode {
  readonly directory: string
  readonly parts: readonly CodePart[]
  readonly prefix: string
}

/**
 * Writes the files of a job's snapshot into a new folder on this machine. They need nothing that it does not have.
 *
 * @param folder absolute; it must not exist
 * @returns the workspace in it, and where that lies below the folder
 * @throws INVALID_STATE for a job without code
 */
export async function placeLocalCode(
  { spec, workspace }: Pick<Attempt, 'spec' | 'workspace'>,
  folder: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<LocalCode> {
  const { root, prefix } = await getCode(workspace, env)
  const parts = await listCodeParts(root, getCodeCommit(spec), env)
  await checkOutCode(parts, folder)
  const directory = join(folder, prefix)
  // A workspace with nothing in it is in no tree of git's.
  await mkdir(directory, { recursive: true })
  return { directory, parts, prefix }
}

/** @throws INVALID_STATE for a job without code */
export function getCodeCommit({ codeCommit }: Pick<Attempt['spec'], 'codeCommit'>): string {
  if (codeCommit !== undefined) return codeCommit
  throw new RunwrightError('INVALID_STATE', 'A job that is to run apart from the workspace names no code.', {
    hint: 'The workspace has to be a git repository; without one, run the job in the workspace itself.',
  })
}
