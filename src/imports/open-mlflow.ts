import { stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { isPresent, resolveNamed } from './local-files.ts'
import { openMlflowDatabase } from './open-mlflow-database.ts'
import { openMlflowFolder } from './open-mlflow-folder.ts'
import { openMlflowServer } from './open-mlflow-server.ts'
import type { RunSource } from './run-source.ts'

export interface MlflowOptions {
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly signal: AbortSignal
  /** Where the server of a database kept its artifacts, relative to `cwd`. */
  readonly artifactFolder: string | undefined
}

/**
 * Opens what an MLflow client would name as its tracking URI: a server, a SQLite file or a folder.
 *
 * @throws RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE, ENGINE_UNREACHABLE
 */
export async function openMlflow(named: string, options: MlflowOptions): Promise<RunSource> {
  const { cwd, env, signal, artifactFolder } = options
  if (/^https?:\/\//.test(named)) return openMlflowServer(named, env, signal)
  const path = await resolveNamed(resolve(cwd, named.replace(/^(?:sqlite:\/\/\/|file:\/\/)/, '')))
  if ((await stat(path)).isFile()) {
    const folder = artifactFolder === undefined ? join(path, '..', 'mlartifacts') : resolve(cwd, artifactFolder)
    return openMlflowDatabase(path, folder)
  }
  // A project's own folder is named, rather than the one in it.
  const inside = join(path, 'mlruns')
  return openMlflowFolder((await isPresent(inside)) ? inside : path)
}
