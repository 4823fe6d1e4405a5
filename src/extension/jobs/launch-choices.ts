import { loadProjectFile } from '../../client/load-project-file.ts'
import type { Client } from '../../protocol/client.ts'
import type { LaunchChoices } from './launch-form.ts'
import { type ListedTarget, listTargets } from './list-targets.ts'

/**
 * What a launch in a folder can choose among. Starts nothing: without a client there are the targets of
 * `runwright.yaml` by their names.
 *
 * @param folder absolute path
 * @throws INVALID_PARAMETER_VALUE when `runwright.yaml` cannot be read
 */
export async function loadLaunchChoices(folder: string, client: Client | undefined): Promise<LaunchChoices> {
  const { targets, profiles } = await loadProjectFile(folder)
  const tokenVariables = new Map(Object.entries(targets).map(([name, { tokenFrom }]) => [name, tokenFrom]))
  if (client === undefined) {
    const named = Object.entries(targets).map(([name, { kind }]) => newTarget(name, kind))
    return { targets: [newTarget('local', 'local'), ...named], experiments: [], profiles, tokenVariables }
  }
  const [listed, { experiments }] = await Promise.all([listTargets(client), client.call('experiments/list', {})])
  // An engine that has come in knows the token.
  for (const { target } of listed) if (target.trouble === undefined) tokenVariables.delete(target.name)
  return { targets: listed, experiments: experiments.map(({ name }) => name), profiles, tokenVariables }
}

function newTarget(name: string, kind: string): ListedTarget {
  return { target: { name, kind, queuedCount: 0, runningCount: 0 }, devices: [], problems: [] }
}
