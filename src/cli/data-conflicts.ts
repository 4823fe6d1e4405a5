import type { FileConflict } from '../data/merge.ts'
import { printable } from './text.ts'

/** Conflicts that people are shown; JSON has all. */
const shownConflicts = 50

/** What both branches have changed, and how it is decided. */
export function formatConflicts(pointer: string, conflicts: readonly FileConflict[]): string {
  const target = pointer.replace(/\.dvc$/, '')
  const lines = conflicts.slice(0, shownConflicts).map(({ path, ours, theirs }) => {
    const what =
      ours === undefined
        ? 'deleted or not here in ours'
        : theirs === undefined
          ? 'deleted in theirs'
          : 'changed in both'
    return `  ${path === '' ? target : printable(path)}: ${what}\n`
  })
  const more = conflicts.length > lines.length ? `  … and ${conflicts.length - lines.length} more\n` : ''
  const [first] = conflicts
  const file = first === undefined || first.path === '' ? '' : ` ${JSON.stringify(first.path)}`
  return `${conflicts.length} in conflict in ${printable(pointer)}:\n${lines.join('')}${more}  "runwright data resolve ${target}${file} --ours", "--theirs" or "--both" decides it.\n`
}
