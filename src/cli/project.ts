import { loadProjectFile } from '../client/load-project-file.ts'
import { RunwrightError } from '../protocol/errors.ts'
import { type LaunchProfile, projectFileName } from '../protocol/project-file.ts'

/**
 * The profile of that name in `runwright.yaml`; an empty one where none is asked for.
 *
 * @throws RESOURCE_DOES_NOT_EXIST when there is none, INVALID_PARAMETER_VALUE when the file cannot be read
 */
export async function findProfile(workspace: string, name: string | undefined): Promise<LaunchProfile> {
  if (name === undefined) return {}
  const { profiles } = await loadProjectFile(workspace)
  const profile = Object.hasOwn(profiles, name) ? profiles[name] : undefined
  if (profile !== undefined) return profile
  const names = Object.keys(profiles).join(', ')
  throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `There is no profile "${name}" in ${projectFileName}.`, {
    hint: names === '' ? `Write it there under "profiles".` : `There are: ${names}.`,
  })
}
