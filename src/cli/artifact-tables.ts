import { formatMessage } from '../base/format-message.ts'
import { maxListedFiles } from '../protocol/logged-artifacts.ts'
import { englishDiffLabels, nameRuns } from '../protocol/run-diff-text.ts'
import type { ArtifactDiff, ArtifactFile, ArtifactRow } from './artifact-diff.ts'
import { formatTable } from './table.ts'
import { printable } from './text.ts'
import { formatInteger } from '../protocol/quantities.ts'

/** Never narrower than this when the terminal is short of space. */
const minColumnWidth = 8

/** Digits of a digest that are shown: enough to tell a few files apart. */
const shownDigits = 12

/**
 * Artifacts of runs as a table for people, a column for each run.
 *
 * @param width terminal columns; undefined for no limit
 */
export function formatArtifactDiff(
  { runs, artifacts, cutRuns }: ArtifactDiff,
  showsEqual: boolean,
  width: number | undefined,
): string {
  const names = nameRuns(runs).map(printable)
  const different = artifacts.filter(({ isDifferent }) => isDifferent)
  const shown = showsEqual ? artifacts : different
  const counts = englishDiffLabels.counts(different.length, artifacts.length)
  const columns = ['', ...names].map((title) => ({ title, minWidth: minColumnWidth }))
  const rows = shown.map((row) => [nameRow(row), ...row.values.map(formatFile)])
  const title = `${englishDiffLabels.sections.artifacts} (${counts})\n`
  const body = rows.length === 0 ? 'No artifact differs.\n' : title + formatTable(columns, rows, width)
  const cut = names.filter((_, place) => cutRuns.some((runId) => runId === runs[place]?.runId))
  const most = formatInteger(maxListedFiles)
  return body + (cut.length === 0 ? '' : `Only the first ${most} files were looked at of: ${cut.join(', ')}\n`)
}

function nameRow({ key, step }: ArtifactRow): string {
  return step === null ? key : `${key}, step ${step}`
}

function formatFile(file: ArtifactFile | null): string {
  if (file === null) return ''
  const size = formatMessage('{count, plural, one {# byte} other {# bytes}}', { count: file.sizeBytes }, 'en')
  return file.sha256 === undefined ? size : `${size} ${file.sha256.slice(0, shownDigits)}`
}
