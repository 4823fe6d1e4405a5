import { join } from 'node:path'
import type { GarbageParts } from '../care/garbage.ts'
import { dataFiles } from '../protocol/data-folder.ts'
import { RunwrightError } from '../protocol/errors.ts'
import type { Database } from '../store/database.ts'
import { openLock } from '../store/lock.ts'
import { createArtifacts } from '../tracking/artifacts.ts'
import { openFileStore } from './open-file-store.ts'

/**
 * What deleting for good takes, of a data folder that no engine has, or of a database that servers may be using.
 *
 * @param openShared opens the store where it is none of the folder's own
 * @throws INVALID_STATE while a server has it; STORAGE_…
 */
export async function openGarbage(
  dataFolder: string,
  openShared: ((dataFolder: string) => Promise<Database>) | undefined,
): Promise<GarbageParts & AsyncDisposable> {
  await using opened = new AsyncDisposableStack()
  if (openShared === undefined) {
    const lock = openLock(join(dataFolder, dataFiles.lock))
    if (lock === undefined) {
      throw new RunwrightError('INVALID_STATE', `A server uses ${dataFolder}.`, { hint: 'End it, and try again.' })
    }
    opened.use(lock)
  }
  const database = opened.use(await (openShared ?? openFileStore)(dataFolder))
  const artifactFolder = join(dataFolder, dataFiles.artifacts)
  const closing = opened.move()
  return {
    database,
    artifactFolder,
    artifacts: createArtifacts({ folder: artifactFolder, changed: () => {} }),
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  }
}
