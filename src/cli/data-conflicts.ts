import type { ExtractedConflict } from '../protocol/data-merge.ts'
import { printable } from './text.ts'

/** Conflicts that people are shown; JSON has all. */
const shownConflicts = 50

/** A hash is missing where that side has no such file. */
interface ShownConflict {
  readonly path: string
  readonly ours?: string | undefined
  readonly theirs?: string | undefined
}

/** What both branches have changed, and how it is decided. */
export function formatConflicts(pointer: string, conflicts: readonly ShownConflict[]): string {
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
  return `${conflicts.length} in conflict in ${printable(pointer)}:\n${lines.join('')}${more}  "runwright data resolve ${target}${file} --ours", "--theirs" or "--both" decides it; with "--extract" you merge it yourself.\n`
}

/** Where the versions of a file in conflict were written, and what is next. */
export function formatExtracted(target: string, { path, hasMarks, merged, ...sides }: ExtractedConflict): string {
  const lines = (['base', 'ours', 'theirs'] as const).flatMap((side) => {
    const file = sides[side]
    return file === undefined ? [] : [`  ${side}: ${printable(file)}\n`]
  })
  const file = path === '' ? '' : ` ${JSON.stringify(path)}`
  const take = (name: string) => `"runwright data resolve ${target}${file} --file ${name}" takes it.\n`
  if (merged === undefined) return `${lines.join('')}Make a file of them; ${take('MERGED')}`
  const next = hasMarks
    ? 'Both have changed the same lines: edit the merged file, and then'
    : 'All lines could be merged;'
  return `${lines.join('')}  merged: ${printable(merged)}\n${next} ${take(JSON.stringify(merged))}`
}
