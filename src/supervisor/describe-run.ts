import type { Client } from '../protocol/client.ts'
import type { RunId } from '../protocol/ids.ts'
import { artifactPaths } from '../protocol/tag-names.ts'
import type { CodeState } from './code-state.ts'
import { type EnvironmentFile, readEnvironment } from './environment.ts'
import { retry } from './retry.ts'

export interface Described {
  readonly code: CodeState | undefined
  readonly command: readonly string[]
  /** Absolute, as is `workspace`. */
  readonly cwd: string
  readonly workspace: string
  readonly env: Readonly<Record<string, string>>
}

/** Stores the patch and the environment with a run, beside whatever runs. What cannot be stored is told. */
export async function describeRun(
  told: { readonly client: Client; warn(message: string): void },
  runId: RunId,
  { code, command, cwd, workspace, env }: Described,
): Promise<void> {
  await storePatch(told, runId, code)
  await storeFiles(told, runId, await readEnvironment(command, cwd, workspace, env))
}

async function storePatch(
  told: { readonly client: Client; warn(message: string): void },
  runId: RunId,
  code: CodeState | undefined,
): Promise<void> {
  if (code?.patch === undefined) return
  await storeFiles(told, runId, [{ path: artifactPaths.patch, content: code.patch }])
}

export async function storeFiles(
  { client, warn }: { readonly client: Client; warn(message: string): void },
  runId: RunId,
  files: readonly EnvironmentFile[],
): Promise<void> {
  for (const { path, content } of files) {
    try {
      await retry(() => client.upload(runId, path, content), 60_000)
    } catch (error) {
      warn(`${path} could not be stored: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
}
