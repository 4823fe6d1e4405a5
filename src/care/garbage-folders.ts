import type { Garbage } from '../protocol/garbage.ts'
import type { Database } from '../store/database.ts'
import { type ArtifactPath, locateArtifact } from '../tracking/artifact-path.ts'
import type { ArtifactStore } from '../tracking/artifact-store.ts'
import { loadKnownIds } from '../tracking/purge.ts'

/** What our own runs and logged models are called; who stores something under another name has a reason. */
const ownId = /^(?:[0-9a-f]{32}|m-[0-9a-f]{32})$/

/**
 * Folders of runs and logged models that no row knows, because deleting them was cut off, and which were not changed since
 * a time.
 */
export async function listUnknownFolders(database: Database, store: ArtifactStore, before: number): Promise<Garbage[]> {
  const { locations } = await database.read((sql) => loadKnownIds(sql, []))
  const candidates: string[][] = []
  for (const location of locations) {
    const place = locateArtifact(location)
    for (const parent of [place, [...place, 'models']]) {
      for (const name of await listFolders(store, parent)) if (ownId.test(name)) candidates.push([...parent, name])
    }
  }
  candidates.push(...(await listUnknownExperiments(store, locations)))
  const ids = candidates.map((path) => path.at(-1) ?? '')
  const { known } = await database.read((sql) => loadKnownIds(sql, ids))
  const garbage: Garbage[] = []
  for (const path of candidates) {
    if (known.has(path.at(-1) ?? '')) continue
    const deletedTime = await store.findLastChange(path)
    if (deletedTime === undefined || deletedTime >= before) continue
    const name = path.join('/')
    garbage.push({ kind: 'folder', id: name, name, deletedTime, sizeBytes: await sizeOf(store, path) })
  }
  return garbage
}

/** Folders with the number of an experiment that is gone: numbers are not given again. */
async function listUnknownExperiments(store: ArtifactStore, locations: readonly string[]): Promise<string[][]> {
  const used = new Set(locations.map((location) => locateArtifact(location)[0]))
  const names = await listFolders(store, [])
  return names.filter((name) => /^[1-9]\d{0,15}$/.test(name) && !used.has(name)).map((name) => [name])
}

async function listFolders(store: ArtifactStore, path: ArtifactPath): Promise<string[]> {
  const entries = await store.list(path)
  return entries.filter(({ isDirectory }) => isDirectory).map((entry) => entry.path)
}

/** Bytes of all files in a folder; 0 for one that is not there. */
export async function sizeOf(store: ArtifactStore, path: ArtifactPath): Promise<number> {
  let total = 0
  for await (const { sizeBytes } of store.walk(path)) total += sizeBytes
  return total
}
