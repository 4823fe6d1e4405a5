import { join } from 'node:path'
import type { GarbageParts } from '../care/garbage.ts'
import { dataFiles } from '../protocol/data-folder.ts'
import { RunwrightError } from '../protocol/errors.ts'
import { openLock } from '../store/lock.ts'
import { openSqlite } from '../store/sqlite.ts'
import { createArtifacts } from '../tracking/artifacts.ts'
import { type ArtifactPlaceOptions, openArtifactStore } from './open-artifact-store.ts'
import { migrations } from './migrations.ts'

/**
 * What deleting for good takes, of a data folder that no engine has.
 *
 * @throws INVALID_STATE while a server has it; STORAGE_…
 */
export async function openGarbage(
  dataFolder: string,
  env: ArtifactPlaceOptions['env'],
): Promise<GarbageParts & AsyncDisposable> {
  await using opened = new AsyncDisposableStack()
  const lock = openLock(join(dataFolder, dataFiles.lock))
  if (lock === undefined) {
    throw new RunwrightError('INVALID_STATE', `A server uses ${dataFolder}.`, { hint: 'End it, and try again.' })
  }
  opened.use(lock)
  const database = opened.use(await openSqlite({ path: join(dataFolder, dataFiles.store), migrations }))
  const artifactStore = await openArtifactStore({ dataFolder, env })
  const closing = opened.move()
  return {
    database,
    artifactStore,
    artifacts: createArtifacts({ store: artifactStore, changed: () => {} }),
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  }
}
