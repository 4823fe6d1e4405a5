import { createHash } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { RunwrightError } from '../../protocol/errors.ts'
import { openDataCache } from '../cache.ts'
import { chooseOuts } from '../choose-outs.ts'
import { findPointers, listOuts, type TrackedOut } from '../find-pointers.ts'
import { type DataHash } from '../hash.ts'
import { dataKey } from '../object-key.ts'
import type { DataRepository } from '../repository.ts'
import { isFromRepository } from '../transfer/items.ts'
import type { Tally } from '../transfer/tally.ts'
import type { TransferChoice } from '../transfer-choice.ts'
import type { Work } from '../work.ts'
import { fetchFromSource } from './fetch-from-source.ts'
import { openSourceRepository } from './open-source-repository.ts'

/** Brings what was imported from other repositories and is not in the cache from there, as it was then. */
export async function fetchImports(
  repository: DataRepository,
  { paths, env }: TransferChoice,
  tally: Tally,
  work: Work,
): Promise<void> {
  const outs = chooseOuts(listOuts(await findPointers(repository, env)), paths).filter(isFromRepository)
  for (const tracked of outs) {
    const { hash } = tracked.out
    if (hash === undefined) continue
    using cache = openDataCache(repository)
    if (cache.has(dataKey(hash))) continue
    try {
      await fetchImport(repository, tracked, hash, env, work)
      tally.addMoved(tracked.out.sizeBytes ?? 0)
    } catch (error) {
      tally.fail({ key: dataKey(hash), path: tracked.path, sha256: undefined }, error)
    }
  }
}

async function fetchImport(
  repository: DataRepository,
  { out, path, found }: TrackedOut,
  hash: DataHash,
  env: TransferChoice['env'],
  work: Work,
): Promise<void> {
  const dependency = found.pointer.dependencies.find((each) => each.repository !== undefined)
  if (dependency?.repository === undefined) return
  const { url, rev, revLock } = dependency.repository
  await mkdir(repository.temporaryFolder, { recursive: true })
  const cwd = join(repository.root, dirname(path))
  const wanted = { url, path: dependency.path, rev: revLock ?? rev, cwd }
  await using source = await openSourceRepository(wanted, repository, env)
  if (!('bytes' in source.content)) {
    return fetchFromSource(repository, source, { hash, sha256: out.sha256 }, env, work)
  }
  const { bytes } = source.content
  if (createHash('md5').update(bytes).digest('hex') !== hash) {
    throw new RunwrightError('STORAGE_DAMAGED', `${dependency.path} of ${url} is not what was imported.`)
  }
  using cache = openDataCache(repository)
  cache.storeBytes(dataKey(hash), bytes)
}
