import { statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { RunwrightError } from '../../protocol/errors.ts'
import type { DataRepository } from '../repository.ts'

/** Whether the file system of a repository takes names for one that differ by case, as those of macOS and Windows do. */
export function foldsNames({ dvcFolder }: Pick<DataRepository, 'dvcFolder'>): boolean {
  const other = statSync(join(dirname(dvcFolder), '.DVC'), { throwIfNoEntry: false })
  return other !== undefined && other.ino === statSync(dvcFolder).ino
}

/**
 * Passes entries on, as long as none of them is another one where case and composed letters make no difference: the later
 * one would be written over the earlier.
 *
 * @param where the entries are from, for the error
 * @throws INVALID_PARAMETER_VALUE as they are gone through
 */
export function* refuseCollisions<Entry extends { readonly path: string }>(
  entries: Iterable<Entry>,
  where: string,
): Generator<Entry> {
  const files = new Set<string>()
  /** Spelling of each folder, by what it is the same as. */
  const folders = new Map<string, string>()
  for (const entry of entries) {
    const { path } = entry
    for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
      const folder = path.slice(0, end)
      const known = folders.get(fold(folder))
      if (known === folder) break
      if (known !== undefined) throw collision(where, known, folder)
      if (files.has(fold(folder))) throw collision(where, path, folder)
      folders.set(fold(folder), folder)
    }
    const name = fold(path)
    if (files.has(name) || folders.has(name)) throw collision(where, folders.get(name) ?? path, path)
    files.add(name)
    yield entry
  }
}

function fold(path: string): string {
  return path.normalize('NFC').toLowerCase()
}

function collision(where: string, one: string, other: string): RunwrightError {
  const names = one === other ? JSON.stringify(one) : `${JSON.stringify(one)} and ${JSON.stringify(other)}`
  const message = `${where} has names that are one on this disk, where case makes no difference: ${names}.`
  return new RunwrightError('INVALID_PARAMETER_VALUE', message, {
    hint: 'Nothing was written. Rename one of them on a system that keeps them apart, or check it out there.',
  })
}
