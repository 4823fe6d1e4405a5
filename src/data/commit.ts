import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { AddedPath } from './add.ts'
import { chooseOuts } from './choose-outs.ts'
import { findPointers, listOuts } from './find-pointers.ts'
import type { DataRepository } from './repository.ts'
import { throwIfCancelled } from '../protocol/errors.ts'
import type { Work } from './work.ts'
import { openRecording } from './writing/open-recording.ts'
import { recordPath } from './writing/record-path.ts'
import { refuseInUse } from './writing/refuse-in-use.ts'
import { savePointer } from './writing/save-pointer.ts'

export interface Committed {
  readonly committed: readonly AddedPath[]
  /** Those that stay as they are, by their paths: missing in the workspace, or frozen as imports are. */
  readonly skipped: readonly { readonly path: string; readonly reason: 'missing' | 'frozen' }[]
}

/**
 * Takes what the workspace has now into the cache and into the `.dvc` files that are there.
 *
 * @param paths from the root of the repository; undefined for all
 * @throws RESOURCE_DOES_NOT_EXIST for a path that no `.dvc` file stands for; what `recordPath` throws
 */
export async function commitPaths(
  repository: DataRepository,
  paths: readonly string[] | undefined,
  work: Work,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<Committed> {
  await using recording = await openRecording(repository, work)
  const outs = chooseOuts(listOuts(await findPointers(repository, env)), paths)
  refuseInUse(repository, outs)
  const committed: AddedPath[] = []
  const skipped: Committed['skipped'][number][] = []
  /** A `.dvc` file may have several outs: each change is made to what the last one left. */
  const texts = new Map<string, string>()
  for (const { path, out, found } of outs) {
    throwIfCancelled(work)
    if (!out.isCached) continue
    if (found.pointer.isFrozen || !existsSync(join(repository.root, path))) {
      skipped.push({ path, reason: found.pointer.isFrozen ? 'frozen' : 'missing' })
      continue
    }
    const version = await recordPath(recording, path)
    const before = { ...found, text: texts.get(found.path) ?? found.text }
    const text = savePointer(repository, found.path, before, { ...version, path: out.path })
    recording.singles.save()
    if (text !== undefined) texts.set(found.path, text)
    committed.push({ path, pointer: found.path, ...version, isChanged: text !== undefined })
  }
  return { committed, skipped }
}
