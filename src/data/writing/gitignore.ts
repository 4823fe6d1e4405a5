import { existsSync, realpathSync, unlinkSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Git } from '../../git/git.ts'
import { RunwrightError } from '../../protocol/errors.ts'
import { readSmallFileSync } from '../read-small-file.ts'
import type { DataRepository } from '../repository.ts'
import { replaceFile } from './replace-file.ts'

/**
 * Keeps a file or folder out of Git by a line in the `.gitignore` beside it, unless Git ignores it already.
 *
 * @param path from the root of the repository
 * @throws STORAGE_READ_ONLY for a `.gitignore` that is a link to a place outside
 */
export async function ignoreInGit({ root, temporaryFolder }: DataRepository, git: Git, path: string): Promise<void> {
  // It prints the path if Git ignores it, and fails otherwise.
  if ((await git(['check-ignore', '--', path])) !== undefined) return
  const named = join(root, dirname(path), '.gitignore')
  const file = existsSync(named) ? realpathSync(named) : named
  if (!file.startsWith(`${root}/`)) {
    throw new RunwrightError('STORAGE_READ_ONLY', `${named} is a link to ${file}, outside of the repository.`, {
      hint: 'Replace the link by a file.',
    })
  }
  const text = readSmallFileSync(file) ?? ''
  const line = ignoreLine(basename(path))
  if (text.split('\n').includes(line)) return
  replaceFile(file, `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${line}\n`, temporaryFolder)
}

/** Takes the line away again; a `.gitignore` with nothing else in it goes, as DVC does it. */
export function unignoreInGit({ root, temporaryFolder }: DataRepository, path: string): void {
  const file = join(root, dirname(path), '.gitignore')
  if (!existsSync(file) || realpathSync(file) !== file) return
  const lines = (readSmallFileSync(file) ?? '').split('\n')
  const kept = lines.filter((line) => line.replace(/\r$/, '') !== ignoreLine(basename(path)))
  if (kept.length === lines.length) return
  if (kept.every((line) => line === '')) unlinkSync(file)
  else replaceFile(file, kept.join('\n'), temporaryFolder)
}

/**
 * The line that stands for one name, escaped as DVC does (pathspec's `GitWildMatchPattern.escape`). A line cannot hold a
 * line feed, and loses a space at its end: there DVC's own line ignores nothing, and this one does.
 */
export function ignoreLine(name: string): string {
  return `/${name.replaceAll(/[\\[\]!*#?]/g, '\\$&')}`.replaceAll(/[\n\r]/g, '?').replace(/ $/, '\\ ')
}
