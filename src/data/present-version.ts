import { createHash } from 'node:crypto'
import { lstatSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { DataVersion } from '../protocol/data-versions.ts'
import { parseMd5, parseSha256 } from './hash.ts'
import { toDataVersion } from './find-version.ts'
import type { DataRepository } from './repository.ts'
import { readFile } from './restoring/plan-file.ts'
import { readFolder } from './restoring/plan-folder.ts'
import type { Work } from './work.ts'
import { md5Of, sha256Of } from './hashing/hash-digits.ts'
import { openFolderLists } from './writing/folder-lists.ts'
import { openReading } from './writing/open-recording.ts'

/**
 * What a file or folder is now, by its bytes, whether or not it is under version control. Nothing is stored.
 *
 * @param path from the root of the repository
 * @returns undefined where nothing is there
 * @throws INVALID_PARAMETER_VALUE for what cannot be versioned; RESOURCE_CONFLICT for a file that changes meanwhile;
 *   CANCELLED
 */
export async function readPresentVersion(
  repository: DataRepository,
  path: string,
  work: Work,
): Promise<DataVersion | undefined> {
  const stat = statSync(join(repository.root, path), { throwIfNoEntry: false })
  if (stat === undefined) return undefined
  await using reading = await openReading(repository, work)
  if (!stat.isDirectory()) {
    const record = await readFile(reading, path, { needs: 'both' })
    if (reading.canSave) reading.singles.save()
    if (record === undefined) return undefined
    const { sizeBytes } = record
    const [hash, sha256] = [parseMd5(md5Of(record)), parseSha256(sha256Of(record))]
    return toDataVersion(path, { hash, sha256, sizeBytes, fileCount: undefined })
  }
  using lists = openFolderLists(undefined)
  for await (const batch of readFolder(reading, path, { needs: 'both' })) for (const entry of batch) lists.add(entry)
  return toDataVersion(path, lists.finish())
}

/**
 * What changes when something is written at a path: of each file inode, size and times, in one hash. No file is read.
 *
 * @param path absolute
 */
export function takeStamp(path: string): string {
  const hash = createHash('sha256')
  const add = (place: string) => {
    const stat = lstatSync(place, { throwIfNoEntry: false, bigint: true })
    if (stat === undefined) return
    hash.update(
      `${place}\0${stat.ino} ${stat.mode} ${stat.size} ${stat.isDirectory() ? '' : `${stat.mtimeNs} ${stat.ctimeNs}`}\0`,
    )
    if (stat.isDirectory()) for (const name of readdirSync(place).toSorted()) add(join(place, name))
  }
  add(path)
  return hash.digest('hex')
}
