import { lstatSync, readFileSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { RunwrightError } from '../../protocol/errors.ts'
import { openDataCache, placeOfCopies } from '../cache.ts'
import { md5Of, sha256Of } from '../hashing/hash-digits.ts'
import { openHashPool } from '../hashing/hash-pool.ts'
import { parseMd5, parseSha256 } from '../hash.ts'
import type { DataRepository } from '../repository.ts'
import type { Work } from '../work.ts'
import type { MergedFile } from './merge-lists.ts'
import { hasMarks, maxTextBytes } from './merge-text.ts'

/**
 * Takes a file that somebody has made of both sides into the cache.
 *
 * @param path absolute
 * @throws RESOURCE_DOES_NOT_EXIST; INVALID_PARAMETER_VALUE for what is no file, and for one that still has the marks of a
 *   conflict; STORAGE_FULL, STORAGE_READ_ONLY
 */
export async function takeMergedFile(
  repository: DataRepository,
  path: string,
  work: Pick<Work, 'signal'>,
): Promise<MergedFile> {
  const stat = lstatSync(path, { throwIfNoEntry: false })
  if (stat === undefined) throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `There is no ${path}.`)
  if (!stat.isFile()) throw new RunwrightError('INVALID_PARAMETER_VALUE', `${path} is no file.`)
  if (stat.size <= maxTextBytes && hasMarks(readFileSync(path))) {
    throw new RunwrightError('INVALID_PARAMETER_VALUE', `${path} still has marks of a conflict.`, {
      hint: 'Decide what stands between "<<<<<<< ours" and ">>>>>>> theirs", and take the marks out.',
    })
  }
  using cache = openDataCache(repository)
  await using pool = openHashPool(work.signal)
  const request = { folder: dirname(path), paths: [basename(path)], store: placeOfCopies(cache) }
  const taken = await pool.take(request, stat.size)
  const [md5, sha256] = [parseMd5(md5Of(taken)), parseSha256(sha256Of(taken))]
  if (md5 === undefined || sha256 === undefined) throw new RunwrightError('INTERNAL_ERROR', 'A hash is none.')
  return { md5, sha256, sizeBytes: taken.numbers[0] ?? 0 }
}
