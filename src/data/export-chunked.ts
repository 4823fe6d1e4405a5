import { mkdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { parseDvcConfig, remoteSection } from './dvc-config.ts'
import { parseDataHash } from './hash.ts'
import { dataKey, type ObjectKey } from './object-key.ts'
import { chunkedEnding, findRemoteName, openRemote, readRemoteOptions, withoutChunks } from './open-remote.ts'
import { readSmallFile } from './read-small-file.ts'
import type { DataRemote, RemoteOptions } from './remote.ts'
import { modifyRemote } from './remote-settings.ts'
import type { DataRepository } from './repository.ts'
import { fetchObject } from './transfer/fetch-object.ts'
import { openPartFolder } from './transfer/part-folder.ts'
import { openScratchFolder } from './transfer/scratch-folder.ts'
import { sendObject } from './transfer/send-object.ts'
import { createTally } from './transfer/tally.ts'
import type { TransferResult } from './transfer-result.ts'
import type { Work } from './work.ts'

/**
 * Makes a remote of chunks one that DVC reads: every file whole, then the setting, then the chunks go. One that is killed
 * on the way is as usable as before, and the next time goes on. All bytes pass through this machine.
 *
 * @returns what was made whole; where something could not be, the remote stays one of chunks
 * @throws RESOURCE_DOES_NOT_EXIST for a name that is none; what `DataRemote` throws
 */
export async function exportChunked(
  repository: DataRepository,
  given: string | undefined,
  env: RemoteOptions['env'],
  work: Work,
): Promise<TransferResult> {
  const name = findRemoteName(repository.config, given)
  const options = readRemoteOptions(repository, name, env)
  const { url } = withoutChunks(options)
  await using plain = await openRemote({ ...options, url })
  await using chunked = await openRemote({ ...options, url: url + chunkedEnding })
  const tally = createTally('upload', work)
  await makeWhole(repository, chunked, plain, tally, work)
  const result = tally.result()
  if (result.failedCount > 0) return result
  if (url !== options.url) await setUrl(repository, name, url)
  for (const kind of ['recipe', 'index', 'pack']) {
    await plain.remove(await listKeys(plain, `runwright/${kind}/`, work.signal), work.signal)
  }
  return result
}

async function makeWhole(
  repository: DataRepository,
  chunked: DataRemote,
  plain: DataRemote,
  tally: ReturnType<typeof createTally>,
  { signal }: Work,
): Promise<void> {
  const keys = (await listKeys(plain, 'runwright/recipe/', signal)).flatMap((recipe) => {
    const hash = parseDataHash(recipe.split('/').slice(2).join(''))
    return hash === undefined ? [] : [dataKey(hash)]
  })
  const there = await plain.find(keys, signal)
  tally.addPresent(there.size)
  const lacking = keys.filter((key) => !there.has(key)).map((key) => ({ key, path: key, sha256: undefined }))
  tally.expect(lacking.length, undefined)
  await mkdir(repository.temporaryFolder, { recursive: true })
  await using scratch = await openScratchFolder(repository.temporaryFolder)
  const parts = await openPartFolder(join(scratch.path, 'parts'))
  // Each is on this disk for a while, so one after another.
  await tally.move(lacking, 1, async ({ key }, onBytes) => {
    const path = join(scratch.path, 'object')
    await fetchObject(chunked, { key, place: path }, parts, { signal, onBytes: () => undefined })
    await sendObject(plain, key, { path, sizeBytes: (await stat(path)).size, onBytes }, signal)
    await rm(path)
  })
}

async function listKeys(remote: DataRemote, prefix: string, signal: AbortSignal): Promise<readonly ObjectKey[]> {
  const keys: ObjectKey[] = []
  for await (const { key } of remote.list(prefix, signal)) keys.push(key)
  return keys
}

/** In the file that has it. */
async function setUrl(repository: DataRepository, name: string, url: string): Promise<void> {
  const path = join(repository.dvcFolder, 'config.local')
  const local = parseDvcConfig((await readSmallFile(path)) ?? '', path)
  const isLocal = local.get(remoteSection(name))?.has('url') === true
  await modifyRemote(repository, { name, option: 'url', value: url }, isLocal ? 'local' : 'shared')
}
