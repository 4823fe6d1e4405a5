import { listNeededByJobs, purgeJob } from '../compute/purge-jobs.ts'
import type { Garbage, GarbageKind, GarbageName, HeldGarbage } from '../protocol/garbage.ts'
import type { Methods } from '../protocol/methods.ts'
import { listNeededByVersions } from '../registry/needed-by-versions.ts'
import type { Database, Sql } from '../store/database.ts'
import { locateArtifact } from '../tracking/artifact-path.ts'
import type { ArtifactStore } from '../tracking/artifact-store.ts'
import type { Artifacts } from '../tracking/artifacts.ts'
import {
  type Deleted,
  forgetUnusedKeys,
  listDeletedExperiments,
  listDeletedModels,
  listDeletedRuns,
  purgeExperiment,
  purgeModel,
  purgeRun,
} from '../tracking/purge.ts'
import { listUnknownFolders, sizeOf } from './garbage-folders.ts'

export interface GarbageParts {
  readonly database: Database
  readonly artifacts: Artifacts
  /** What keeps them. */
  readonly artifactStore: ArtifactStore
}

/**
 * What was deleted before a time and can go for good. A run whose files a version of a registered model has, or whose job
 * has not ended, stays.
 *
 * @param before milliseconds since 1970-01-01 UTC
 */
export async function listGarbage(parts: GarbageParts, before: number): Promise<Methods['store/garbage']['result']> {
  const { database, artifactStore } = parts
  const { chosen, held } = await database.read((sql) => choose(sql, before))
  const garbage: Garbage[] = []
  for (const { kind, artifactUri, ...each } of chosen) {
    const place = artifactUri === undefined ? undefined : locateArtifact(artifactUri)
    garbage.push({ kind, ...each, sizeBytes: place === undefined ? 0 : await sizeOf(artifactStore, place) })
  }
  garbage.push(...(await listUnknownFolders(database, artifactStore, before)))
  return { garbage, held }
}

type Chosen = Deleted & { readonly kind: GarbageKind }

async function choose(sql: Sql, before: number): Promise<{ chosen: readonly Chosen[]; held: readonly HeldGarbage[] }> {
  const needed = await loadNeeded(sql)
  const chosen: Chosen[] = []
  const held: HeldGarbage[] = []
  const add = (kind: GarbageKind, all: readonly Deleted[]) => {
    for (const each of all) {
      const neededBy = needed.get(each.id)
      if (neededBy === undefined) chosen.push({ kind, ...each })
      else held.push({ kind, id: each.id, name: each.name, neededBy })
    }
  }
  add('run', await listDeletedRuns(sql, before))
  add('logged-model', await listDeletedModels(sql, before))
  const gone = chosen.map(({ id }) => id)
  add('experiment', await listDeletedExperiments(sql, before, gone))
  return { chosen, held }
}

async function loadNeeded(sql: Sql): Promise<ReadonlyMap<string, string>> {
  return new Map([...(await listNeededByVersions(sql)), ...(await listNeededByJobs(sql))])
}

/**
 * Deletes for good what `listGarbage` has named, in the order given: the rows first, all in one transaction, then their
 * files; so one that is killed leaves folders that no row knows, which the next finds. What was restored meanwhile, or is
 * needed now, stays.
 *
 * @returns what is gone
 */
export async function removeGarbage(
  { database, artifacts, artifactStore }: GarbageParts,
  { before, names }: Methods['store/remove-garbage']['params'],
): Promise<Methods['store/remove-garbage']['result']> {
  const gone = await database.write(async (sql) => {
    const needed = await loadNeeded(sql)
    const gone: (GarbageName & { readonly artifactUri: string | undefined })[] = []
    for (const name of names) {
      const artifactUri = needed.has(name.id) ? undefined : await purge(sql, name, before)
      if (artifactUri !== undefined) gone.push({ ...name, artifactUri: artifactUri === '' ? undefined : artifactUri })
    }
    await forgetUnusedKeys(sql)
    return gone
  })
  for (const { artifactUri } of gone) {
    if (artifactUri !== undefined) await artifacts.purge(locateArtifact(artifactUri).slice(0, -1).join('/'))
  }
  const asked = new Set(names.filter(({ kind }) => kind === 'folder').map(({ id }) => id))
  const unknown = asked.size === 0 ? [] : await listUnknownFolders(database, artifactStore, before)
  const folders = unknown.filter(({ id }) => asked.has(id))
  for (const { id } of folders) await artifacts.purge(id)
  return { removed: [...gone, ...folders].map(({ kind, id }) => ({ kind, id })) }
}

/** @returns where its artifacts are, empty for none; undefined when it stays */
async function purge(sql: Sql, { kind, id }: GarbageName, before: number): Promise<string | undefined> {
  if (kind === 'folder') return undefined
  if (kind === 'experiment') return (await purgeExperiment(sql, id, before)) ? '' : undefined
  if (kind === 'logged-model') return purgeModel(sql, id, before)
  const artifactUri = await purgeRun(sql, id, before)
  if (artifactUri !== undefined) await purgeJob(sql, id)
  return artifactUri
}
