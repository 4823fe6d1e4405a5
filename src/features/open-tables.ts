import { type Duckdb, openDuckdb } from '../data/duckdb-process.ts'
import type { FeatureContext } from './feature-context.ts'
import type { ScratchFolder } from './scratch-folder.ts'

/**
 * A database that reads and writes these files.
 *
 * @param paths absolute, with no link in them
 */
export function openTables(
  { duckdb, memoryBytes, threads, signal }: FeatureContext,
  scratch: ScratchFolder,
  paths: readonly string[],
): Promise<Duckdb> {
  return openDuckdb(duckdb, { allowedPaths: paths, memoryBytes, threads, temporaryFolder: scratch.spill }, signal)
}
