import { join } from 'node:path'
import { mapConcurrently } from '../base/map-concurrently.ts'
import { listJobLogs } from '../compute/named-logs.ts'
import { dataFiles } from '../protocol/data-folder.ts'
import { RunwrightError } from '../protocol/errors.ts'
import { listVersionArtifacts } from '../registry/named-artifacts.ts'
import type { Migration, Sql } from '../store/database.ts'
import { openSqliteReader } from '../store/read-sqlite.ts'
import type { StoreReader } from '../store/store-reader.ts'
import { locateArtifact } from '../tracking/artifact-path.ts'
import type { ArtifactStore } from '../tracking/artifact-store.ts'
import { checkSeries, findStrayRows } from '../tracking/check-series.ts'
import { checkIncomingMetrics } from '../tracking/incoming-metrics.ts'
import { listTaggedArtifacts, type NamedArtifact } from '../tracking/named-artifacts.ts'

/** Something that is not as it was written. */
export interface StoreFinding {
  /** `database`: its own pages, indexes and references; `metric`: points and their pyramid; `artifact`: a file. */
  readonly kind: 'database' | 'metric' | 'artifact'
  /** What it is about: a file, or a metric and its run. */
  readonly subject: string
  readonly problem: string
}

export interface StoreCheck {
  /** The first 1,000. */
  readonly findings: readonly StoreFinding[]
  readonly findingCount: number
  readonly seriesCount: number
  readonly pointCount: number
  /** Files and folders that rows name. */
  readonly artifactCount: number
  /** Of the database with its write-ahead log. */
  readonly sizeBytes: number
}

const maxFindings = 1000

/** Of those that are looked for. */
const artifactsAtATime = 16

interface CheckOptions {
  /** Holds `artifacts`, and `store.db` unless the store is elsewhere; nothing in it is changed, and an engine may be using it. */
  readonly dataFolder: string
  /** Of a database on a server. */
  readonly storeUrl?: string | undefined
  readonly migrations: readonly Migration[]
  readonly signal: AbortSignal
  /** Where files that rows name are looked for; without one they are not. */
  readonly artifactStore?: ArtifactStore
}

/**
 * Reads all of a store and says what of it does not fit together. SQLite keeps no checksums, so a number that is wrong
 * and fits is not seen here; a backup has them.
 *
 * @throws RESOURCE_DOES_NOT_EXIST when there is no store, STORAGE_TOO_NEW, CANCELLED
 */
export async function checkStore(options: CheckOptions): Promise<StoreCheck> {
  const { dataFolder, signal, artifactStore } = options
  const found = createFindings()
  const counts = { seriesCount: 0, pointCount: 0, artifactCount: 0, sizeBytes: 0 }
  let subject = join(dataFolder, dataFiles.store)
  try {
    await using reader = await openReader(options)
    subject = reader.name
    counts.sizeBytes = await reader.sizeBytes()
    for (const problem of await reader.findFaults()) found.add({ kind: 'database', subject, problem })
    await checkAllSeries(reader)
    const incoming = await reader.read(checkIncomingMetrics)
    counts.pointCount += incoming.pointCount
    for (const problem of [...incoming.problems, ...(await reader.read(findStrayRows))]) {
      found.add({ kind: 'database', subject, problem })
    }
    if (artifactStore !== undefined) await checkArtifacts(await reader.read(listNamedArtifacts), artifactStore)
  } catch (error) {
    // What cannot be read any further is what was looked for.
    if (!(error instanceof RunwrightError) || error.code !== 'STORAGE_DAMAGED') throw error
    found.add({ kind: 'database', subject, problem: describeDamage(error) })
  }
  return { ...found.result(), ...counts }

  async function checkArtifacts(named: readonly NamedArtifact[], store: ArtifactStore): Promise<void> {
    counts.artifactCount = named.length
    const problems = await mapConcurrently(named, artifactsAtATime, async (artifact) => {
      throwIfAborted(signal)
      return findProblem(store, artifact)
    })
    for (const [index, artifact] of named.entries()) {
      const problem = problems[index]
      if (problem !== undefined) found.add({ kind: 'artifact', subject: describe(artifact), problem })
    }
  }

  async function checkAllSeries(reader: StoreReader): Promise<void> {
    for (let after: number | undefined = 0; after !== undefined;) {
      throwIfAborted(signal)
      const from: number = after
      // A snapshot for each few series: a long one would keep the write-ahead log of an engine from being emptied.
      const { last, faults, seriesCount, pointCount } = await reader.read((sql) => checkSeries(sql, from))
      for (const { runId, key, problem } of faults) {
        found.add({ kind: 'metric', subject: `${key} of run ${runId}`, problem })
      }
      counts.seriesCount += seriesCount
      counts.pointCount += pointCount
      after = last
    }
  }
}

async function openReader({ dataFolder, storeUrl, migrations }: CheckOptions): Promise<StoreReader> {
  if (storeUrl === undefined) return openSqliteReader(join(dataFolder, dataFiles.store), migrations)
  const { openPostgresReader } = await import('../store/read-postgres.ts')
  return openPostgresReader(storeUrl, migrations)
}

function createFindings() {
  const findings: StoreFinding[] = []
  let findingCount = 0
  return {
    add(finding: StoreFinding) {
      findingCount += 1
      if (findings.length < maxFindings) findings.push(finding)
    },
    result: () => ({ findings, findingCount }),
  }
}

async function listNamedArtifacts(sql: Sql): Promise<readonly NamedArtifact[]> {
  return [...(await listTaggedArtifacts(sql)), ...(await listVersionArtifacts(sql)), ...(await listJobLogs(sql))]
}

async function findProblem(store: ArtifactStore, { root, path, minSizeBytes = 0, owner }: NamedArtifact) {
  const entry = await store.find(locateArtifact(root, path))
  if (entry === undefined) return `is missing; ${owner} names it`
  const { sizeBytes } = entry
  if (sizeBytes === undefined || sizeBytes >= minSizeBytes) return undefined
  return `has ${sizeBytes} bytes; ${owner} has written ${minSizeBytes}`
}

function describe({ root, path }: NamedArtifact): string {
  return locateArtifact(root, path).join('/')
}

function describeDamage({ cause, message }: RunwrightError): string {
  return cause instanceof Error ? cause.message : message
}

function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw new RunwrightError('CANCELLED', 'The check was given up.')
}
