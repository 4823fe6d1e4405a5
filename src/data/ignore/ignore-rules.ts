import { readFileSync } from 'node:fs'
import { join } from 'node:path'
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
    const text = readIfThere(join(root, folder, ignoreFileName))
    if (text === undefined) return []
    // DVC takes spaces off both ends of a line.
    const lines = text.split('\n').map((line) => line.trim())
    return [{ folder, patterns: parseIgnorePatterns(lines.join('\n')) }]
  })
  return createIgnoreRules(levels)
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
          ({ regex, isForFoldersOnly }) => (isFolder || !isForFoldersOnly) && regex.test(inside),
        )
        if (last !== undefined) return !last.isNegated
      }
      return false
    },
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}
