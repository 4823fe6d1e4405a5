import { join } from 'node:path'
import type { GarbageParts } from '../care/garbage.ts'
import { dataFiles } from '../protocol/data-folder.ts'
import { RunwrightError } from '../protocol/errors.ts'
import type { Database } from '../store/database.ts'
import { openLock } from '../store/lock.ts'
import { createArtifacts } from '../tracking/artifacts.ts'
import { type ArtifactPlaceOptions, openArtifactStore } from './open-artifact-store.ts'
import { openFileStore } from './open-file-store.ts'

/**
 * What deleting for good takes, of a data folder that no engine has, or of a database that servers may be using.
 *
 * @param openShared opens the store where it is none of the folder's own
 * @throws INVALID_STATE while a server has it; STORAGE_…
 */
export async function openGarbage(
  dataFolder: string,
  {
    openShared,
    env,
  }: {
    readonly openShared: ((dataFolder: string) => Promise<Database>) | undefined
    readonly env: ArtifactPlaceOptions['env']
  },
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
  const artifactStore = await openArtifactStore({ dataFolder, env })
  const closing = opened.move()
  return {
    database,
    artifactStore,
    artifacts: createArtifacts({ store: artifactStore, changed: () => {} }),
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  }
}
