import { loadProjectFile } from '../client/load-project-file.ts'
import type { TargetTokens } from '../protocol/jobs.ts'
import type { CliContext } from './context.ts'

/**
 * The tokens of the targets of `runwright.yaml`, or of one, as far as this shell has their variables: an engine that was
 * started elsewhere may lack them. What is wrong with the file is the engine's to say.
 */
export async function readTokens(workspace: string, env: CliContext['env'], target?: string): Promise<TargetTokens> {
  const { targets } = await loadProjectFile(workspace).catch(() => ({ targets: {} }))
  const tokens: Record<string, string> = {}
  for (const [name, { tokenFrom }] of Object.entries(targets)) {
    const token = tokenFrom === undefined || (target !== undefined && name !== target) ? undefined : env[tokenFrom]
    if (tokenFrom !== undefined && token !== undefined && token !== '') tokens[tokenFrom] = token
  }
  return tokens
}
