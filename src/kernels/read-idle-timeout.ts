import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseProjectFile, projectFileName } from '../protocol/project-file.ts'

/**
 * So long nobody may use a kernel of a workspace, in milliseconds; undefined: as long as they like.
 *
 * @throws INVALID_PARAMETER_VALUE for a `runwright.yaml` that cannot be read
 */
export async function readIdleTimeout(workspace: string): Promise<number | undefined> {
  const content = await readFile(join(workspace, projectFileName), 'utf8').catch(() => '')
  const seconds = parseProjectFile(content).kernels?.idleTimeoutSeconds
  return seconds === undefined ? undefined : seconds * 1000
}
