import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { parseProjectFile, type ProjectFile, projectFileName } from '../protocol/project-file.ts'

/**
 * `runwright.yaml` of a workspace; where it is not there, as if it were empty.
 *
 * @param folder absolute path
 * @throws INVALID_PARAMETER_VALUE that names the line
 */
export async function loadProjectFile(folder: string): Promise<ProjectFile> {
  return parseProjectFile(await readFile(path.join(folder, projectFileName), 'utf8').catch(() => ''))
}
