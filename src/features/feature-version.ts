import { createHash } from 'node:crypto'
import type { FeatureSetDefinition } from '../protocol/feature-sets.ts'
import type { Source, SourceFile } from './sources.ts'

/** Goes up when the same definition gives another table. */
const computationVersion = 1

/**
 * What names a version of a feature set: the SHA-256 of all that its table and its joins follow from. Description and
 * owner are no part of it, nor is where a file lies.
 *
 * @param scriptFiles files of the repository that a script's command names
 * @returns 64 lower-case hex digits
 */
export function featureVersion(
  { entities, timestamp, createdTimestamp, ttlSeconds, computation }: FeatureSetDefinition,
  sources: readonly Source[],
  scriptFiles: readonly SourceFile[],
): string {
  const parts = [
    computationVersion,
    entities,
    timestamp,
    createdTimestamp ?? null,
    ttlSeconds ?? null,
    computation.kind === 'query' ? ['query', computation.sql.trim()] : ['script', ...computation.command],
    sources.map(({ name, format, files }) => [name, format, files.map(({ sha256 }) => sha256)]),
    scriptFiles.map(({ sha256 }) => sha256),
  ]
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex')
}
