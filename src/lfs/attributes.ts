import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readSmallFile } from '../data/read-small-file.ts'
import { type GitPath, toFileName } from '../git/git-path.ts'
import { RunwrightError } from '../protocol/errors.ts'
import type { LfsRepository } from './repository.ts'

/** What makes a file one of Git LFS: the words that "git lfs track" writes. */
const attributes = 'filter=lfs diff=lfs merge=lfs -text'

/**
 * Adds a line for each path to the topmost `.gitattributes`; what stands there stays.
 *
 * @throws INVALID_PARAMETER_VALUE for a name that no line can hold
 */
export async function writeAttributes({ root }: LfsRepository, paths: readonly GitPath[]): Promise<void> {
  if (paths.length === 0) return
  const lines = paths.map((path) => `${formatPattern(toFileName(path))} ${attributes}\n`)
  const file = join(root, '.gitattributes')
  const text = (await readSmallFile(file)) ?? ''
  const start = text === '' || text.endsWith('\n') ? text : `${text}\n`
  const beside = `${file}.runwright-${process.pid}`
  await writeFile(beside, start + lines.join(''))
  await rename(beside, file)
}

/**
 * A pattern that means this path alone, as `.gitattributes` takes it: a blank ends a pattern, and a `"` begins a quoted one.
 *
 * @param name from the root, with `/`
 * @throws INVALID_PARAMETER_VALUE for a line break
 */
export function formatPattern(name: string): string {
  if (/[\n\r\0]/.test(name)) {
    throw new RunwrightError('INVALID_PARAMETER_VALUE', `${JSON.stringify(name)} holds a line break.`, {
      hint: 'Give it another name: .gitattributes has no way to say this one.',
    })
  }
  const escaped = name.replaceAll(/[\\*?[\]]/g, String.raw`\$&`).replaceAll(/\s/g, '[[:space:]]')
  return `/${escaped}`
}
