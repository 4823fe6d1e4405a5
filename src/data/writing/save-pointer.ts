import { join } from 'node:path'
import type { FoundPointer } from '../find-pointers.ts'
import { formatPointer, type NewPointerOut } from '../pointer.ts'
import type { DataRepository } from '../repository.ts'
import { updatePointer } from '../update-pointer.ts'
import { replaceFile } from './replace-file.ts'

/**
 * Writes what an out is now into its `.dvc` file.
 *
 * @param path of the `.dvc` file, from the root
 * @param found the file as it is; undefined for a new one
 * @returns the new text; undefined when it is what was there
 */
export function savePointer(
  { root, temporaryFolder }: DataRepository,
  path: string,
  found: FoundPointer | undefined,
  out: NewPointerOut,
): string | undefined {
  const text = found === undefined ? formatPointer([out]) : updatePointer(found.text, [out], path)
  if (text === found?.text) return undefined
  replaceFile(join(root, path), text, temporaryFolder)
  return text
}
