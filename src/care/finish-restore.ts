import { lstat, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { dataFiles } from '../protocol/data-folder.ts'
import { isRecord, parseForeignJson } from '../protocol/json.ts'
import { syncFolder } from '../store/sync-folder.ts'

/** Says that all is there, and where what was there before goes. */
const planName = 'plan.json'

/** What is exchanged: each with what belongs to it and has nothing that takes its place. */
const exchanged = [
  { name: dataFiles.artifacts, beside: [] },
  { name: dataFiles.store, beside: [`${dataFiles.store}-wal`, `${dataFiles.store}-shm`, dataFiles.artifactPlace] },
  { name: dataFiles.artifactPlace, beside: [] },
] as const

/** Notes that a restore is complete but for its place. */
export async function planRestore(dataFolder: string, keptName: string): Promise<void> {
  const folder = join(dataFolder, dataFiles.restoring)
  await writeFile(join(folder, `${planName}.new`), JSON.stringify({ keptName }), { flush: true })
  await rename(join(folder, `${planName}.new`), join(folder, planName))
  await syncFolder(folder)
}

/**
 * Puts a restore that is planned in its place, and what was there into a folder beside; goes on where one that was
 * killed has stopped. One that was killed before it was complete is taken away. The caller holds the lock of the folder.
 *
 * @returns where what was there before is now; undefined when there was nothing to do
 */
export async function finishRestore(dataFolder: string): Promise<string | undefined> {
  const staging = join(dataFolder, dataFiles.restoring)
  const names = await readdir(staging).catch(() => undefined)
  if (names === undefined) return undefined
  const plan = names.includes(planName) ? parseForeignJson(await readFile(join(staging, planName), 'utf8')) : undefined
  const keptName = isRecord(plan) && typeof plan['keptName'] === 'string' ? plan['keptName'] : undefined
  if (keptName === undefined || !/^replaced-[\w.-]+$/.test(keptName)) {
    await rm(staging, { recursive: true, force: true })
    return undefined
  }
  const kept = join(dataFolder, keptName)
  await makeOwnFolder(kept)
  for (const { name, beside } of exchanged) {
    // Once the new one has its place, what lies beside it is its own.
    if (!(await isThere(join(staging, name)))) continue
    for (const each of [...beside, name]) {
      if (await isThere(join(dataFolder, each))) await rename(join(dataFolder, each), join(kept, each))
    }
    await rename(join(staging, name), join(dataFolder, name))
  }
  await syncFolder(kept)
  await syncFolder(dataFolder)
  await rm(join(staging, planName))
  await rm(staging, { recursive: true, force: true })
  if ((await readdir(kept)).length > 0) return kept
  await rm(kept, { recursive: true })
  return undefined
}

/** One that is there already is taken, but no link. */
async function makeOwnFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 })
  } catch (error) {
    if (!(await lstat(path).catch(() => undefined))?.isDirectory()) throw error
  }
}

async function isThere(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => undefined)) !== undefined
}
