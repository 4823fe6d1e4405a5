import { join } from 'node:path'
import { RunwrightError } from '../../protocol/errors.ts'
import { readSmallFileSync } from '../read-small-file.ts'
import { type IgnorePattern, parseIgnorePatterns } from './pattern.ts'

/** Says what DVC leaves out of the data: what `.dvcignore` names, and the folders of Git, Mercurial and DVC itself. */
export interface IgnoreRules {
  /** Whether no `.dvcignore` has a say. */
  readonly isPlain: boolean
  /** @param path from the root of the repository; what is inside an ignored folder is not asked for */
  ignores(path: string, isFolder: boolean): boolean
}

interface Level {
  /** Of the file with the patterns, from the root: empty, or with `/` at its end. */
  readonly folder: string
  readonly patterns: readonly IgnorePattern[]
}

export const ignoreFileName = '.dvcignore'

const maxFileBytes = 1 << 20
const maxLineCharacters = 4096

/**
 * The rules that hold below a folder: of the `.dvcignore` files from the root down to the folder that it is in.
 *
 * @param root absolute path of the repository
 * @param path of the folder, from the root
 */
export function loadIgnoreRules(root: string, path: string): IgnoreRules {
  const folders = path.split('/').map((_, index, parts) =>
    parts
      .slice(0, index)
      .map((part) => `${part}/`)
      .join(''),
  )
  const levels = folders.flatMap((folder): Level[] => {
    const path = join(root, folder, ignoreFileName)
    const text = readSmallFileSync(path, maxFileBytes)
    if (text === undefined) return []
    // DVC takes spaces off both ends of a line.
    const lines = text.split('\n').map((line) => line.trim())
    const long = lines.findIndex((line) => line.length > maxLineCharacters)
    if (long >= 0) throw createTooLong(path, long + 1)
    return [{ folder, patterns: parseIgnorePatterns(lines.join('\n')) }]
  })
  return createIgnoreRules(levels)
}

function createTooLong(path: string, line: number): RunwrightError {
  const message = `${path}, line ${line}: a pattern has ${maxLineCharacters} characters at most.`
  return new RunwrightError('INVALID_PARAMETER_VALUE', message, {
    hint: 'No path is longer. Shorten or remove the line.',
  })
}

export function createIgnoreRules(levels: readonly Level[]): IgnoreRules {
  const isPlain = levels.length === 0
  return {
    isPlain,
    ignores(path, isFolder) {
      const name = path.slice(path.lastIndexOf('/') + 1)
      if (name === '.git' || (isFolder && (name === '.dvc' || name === '.hg'))) return true
      if (isPlain) return false
      for (const { folder, patterns } of levels.toReversed()) {
        const inside = path.slice(folder.length)
        const last = patterns.findLast(
          ({ matches, isForFoldersOnly }) => (isFolder || !isForFoldersOnly) && matches(inside),
        )
        if (last !== undefined) return !last.isNegated
      }
      return false
    },
  }
}
