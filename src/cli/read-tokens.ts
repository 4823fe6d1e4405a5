import { loadProjectFile } from '../client/load-project-file.ts'
import type { TargetTokens } from '../protocol/jobs.ts'
import { listSecretVariables } from '../protocol/target-secrets.ts'
import type { CliContext } from './context.ts'

/**
 * The tokens of the targets of `runwright.yaml`, or of one, as far as this shell has their variables: an engine that was
 * started elsewhere may lack them. What is wrong with the file is the engine's to say.
 */
export async function readTokens(workspace: string, env: CliContext['env'], target?: string): Promise<TargetTokens> {
  const { targets } = await loadProjectFile(workspace).catch(() => ({ targets: {} }))
  const tokens: Record<string, string> = {}
  for (const [name, settings] of Object.entries(targets)) {
    if (target !== undefined && name !== target) continue
    for (const variable of listSecretVariables(settings)) {
      const token = env[variable]
      if (token !== undefined && token !== '') tokens[variable] = token
    }
  }
  return tokens
}
