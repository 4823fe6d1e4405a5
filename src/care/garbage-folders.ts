import { lstat, opendir, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Garbage } from '../protocol/garbage.ts'
import type { Database } from '../store/database.ts'
import { locateArtifact } from '../tracking/artifact-path.ts'
import { loadKnownIds } from '../tracking/purge.ts'
import { listFiles } from './list-files.ts'

/** What our own runs and logged models are called; who stores something under another name has a reason. */
const ownId = /^(?:[0-9a-f]{32}|m-[0-9a-f]{32})$/

/**
 * Folders of runs and logged models that no row knows, because deleting them was cut off, and which were not changed since
 * a time.
 *
 * @param folder of all artifacts
 */
export async function listUnknownFolders(database: Database, folder: string, before: number): Promise<Garbage[]> {
  const { locations } = await database.read((sql) => loadKnownIds(sql, []))
  const candidates: string[][] = []
  for (const location of locations) {
    const place = locateArtifact(location)
    for (const parent of [place, [...place, 'models']]) {
      const names = await readdir(join(folder, ...parent)).catch(() => [])
      for (const name of names) if (ownId.test(name)) candidates.push([...parent, name])
    }
  }
  candidates.push(...(await listUnknownExperiments(folder, locations)))
  const ids = candidates.map((path) => path.at(-1) ?? '')
  const { known } = await database.read((sql) => loadKnownIds(sql, ids))
  const unknown = candidates.filter((path) => !known.has(path.at(-1) ?? ''))
  const garbage = await Promise.all(unknown.map((path) => describe(folder, path)))
  return garbage.filter((each) => each !== undefined && each.deletedTime < before).filter((each) => each !== undefined)
}

/** Folders with the number of an experiment that is gone: numbers are not given again. */
async function listUnknownExperiments(folder: string, locations: readonly string[]): Promise<string[][]> {
  const used = new Set(locations.map((location) => locateArtifact(location)[0]))
  const names = await readdir(folder).catch(() => [])
  return names.filter((name) => /^[1-9]\d{0,15}$/.test(name) && !used.has(name)).map((name) => [name])
}

/** Undefined for what is no folder. */
async function describe(folder: string, path: readonly string[]): Promise<Garbage | undefined> {
  const stats = await lstat(join(folder, ...path)).catch(() => undefined)
  if (stats?.isDirectory() !== true) return undefined
  const name = path.join('/')
  const deletedTime = await findLastChange(join(folder, ...path), stats.mtimeMs)
  return { kind: 'folder', id: name, name, deletedTime, sizeBytes: await sizeOf(folder, path) }
}

async function findLastChange(folder: string, changed: number): Promise<number> {
  let last = changed
  for await (const entry of await opendir(folder)) {
    const path = join(folder, entry.name)
    const stats = await lstat(path).catch(() => undefined)
    if (stats === undefined) continue
    last = Math.max(last, stats.isDirectory() ? await findLastChange(path, stats.mtimeMs) : stats.mtimeMs)
  }
  return Math.floor(last)
}

/** Bytes of all files in a folder; 0 for one that is not there. */
export async function sizeOf(folder: string, path: readonly string[]): Promise<number> {
  let sizeBytes = 0
  for await (const file of listFiles(folder, path)) {
    sizeBytes += (await stat(join(folder, ...file)).catch(() => undefined))?.size ?? 0
  }
  return sizeBytes
}
