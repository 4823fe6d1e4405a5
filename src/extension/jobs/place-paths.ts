import path from 'node:path'
import type { JobSpec } from '../../protocol/jobs.ts'

/**
 * Where a file that a job's output names can be here, the likeliest first. Jobs on other machines and isolated ones run
 * in a copy of the workspace, so that the end of a path there is one of a path here.
 *
 * @param workspace absolute path of the folder that the job was launched in
 */
export function listPlacePaths(
  named: string,
  workspace: string,
  { workingDirectory }: Pick<JobSpec, 'workingDirectory'>,
): readonly string[] {
  const parts = named.split(/[\\/]/).filter((part) => part !== '' && part !== '.')
  const own = path.isAbsolute(named) ? [path.normalize(named)] : [path.join(workspace, workingDirectory, named)]
  if (parts.includes('..')) return own
  const ends = parts.map((_, start) => path.join(workspace, ...parts.slice(start)))
  return [...new Set([...own, ...ends])]
}
