import type { OutDiff, OutVersion } from '../data/diff.ts'
import type { ChangedFile, FolderDiff } from '../protocol/data-diff.ts'
import { formatCount, formatSize } from '../protocol/quantities.ts'
import { printable } from './text.ts'

/** Files of each kind of change that people are shown; JSON has more. */
const shownFiles = 20

/** What differs, a line each, with files below. */
export function formatOutDiffs(outs: readonly OutDiff[]): string {
  if (outs.length === 0) return 'Nothing differs.\n'
  return outs.map(formatOut).join('')
}

function formatOut({ kind, path, from, before, after, diff, notes }: OutDiff): string {
  const name = from === undefined ? printable(path) : `${printable(from)} → ${printable(path)}`
  const versions = [before, after].flatMap((version) => (version === undefined ? [] : formatVersion(version)))
  const sizes = versions[0] === versions[1] ? versions.slice(1) : versions
  const head = `${kind} ${name}: ${sizes.join(' → ')}\n`
  const files = diff?.type === 'folder' ? formatFiles(diff) : ''
  return head + files + notes.map((note) => `  ${note}\n`).join('')
}

function formatVersion({ sizeBytes, fileCount }: OutVersion): string {
  const size = sizeBytes === undefined ? 'of unknown size' : formatSize(sizeBytes)
  return fileCount === undefined ? size : `${formatCount(fileCount, 'file')}, ${size}`
}

function formatFiles(diff: FolderDiff): string {
  const kinds = ['added', 'removed', 'renamed', 'changed'] as const
  return kinds
    .flatMap((kind) => {
      const { count, files } = diff[kind]
      const lines = files.slice(0, shownFiles).map((file) => `  ${kind} ${formatFile(file)}\n`)
      return count > lines.length ? [...lines, `  ${kind} … and ${count - lines.length} more\n`] : lines
    })
    .join('')
}

function formatFile({ path, oldPath, oldSizeBytes, newSizeBytes }: ChangedFile): string {
  const name = oldPath === undefined ? printable(path) : `${printable(oldPath)} → ${printable(path)}`
  const sizes = [oldSizeBytes, newSizeBytes].flatMap((size) => (size === undefined ? [] : formatSize(size)))
  return `${name} (${sizes[0] === sizes[1] ? (sizes[0] ?? '') : sizes.join(' → ')})`
}
