import { DatabaseSync } from 'node:sqlite'
import { RunwrightError } from '../protocol/errors.ts'
import { countRuns, readDatabaseRuns } from './mlflow/database-runs.ts'
import { readDatabaseModels, readDatabaseRegisteredModels } from './mlflow/database-models.ts'
import { readDatabaseTraces } from './mlflow/database-traces.ts'
import type { RunSource } from './run-source.ts'

/**
 * Runs that MLflow keeps in a SQLite file; a server may be using it. What is deleted there is left out.
 *
 * @param artifactFolder where `mlflow-artifacts:` leads to
 * @throws INVALID_PARAMETER_VALUE when the file is none of MLflow's
 */
export async function openMlflowDatabase(path: string, artifactFolder: string): Promise<RunSource> {
  const database = new DatabaseSync(path, { readOnly: true, timeout: 5_000 })
  const source = { database, artifactFolder }
  try {
    const runCount = countRuns(database)
    return {
      kind: 'mlflow',
      runCount,
      runs: () => readDatabaseRuns(source),
      loggedModels: () => readDatabaseModels(source),
      registeredModels: () => readDatabaseRegisteredModels(source),
      traces: () => readDatabaseTraces(source),
      async [Symbol.asyncDispose]() {
        database.close()
      },
    }
  } catch (cause) {
    database.close()
    throw new RunwrightError('INVALID_PARAMETER_VALUE', `${path} is no database of MLflow.`, { cause })
  }
}
