import type { TablePreview } from '../protocol/data-diff.ts'
import { RunwrightError } from '../protocol/errors.ts'
import { findContentKind } from './content/content-kind.ts'
import { withTables } from './content/table-database.ts'
import { openTable } from './content/table-open.ts'
import { readPreview } from './content/table-preview-query.ts'
import type { Work } from './work.ts'

/**
 * The first rows of a table and what its columns hold, read in a process of its own.
 *
 * @param file its name says what format it has
 * @param rowCount how many rows are wanted, up to 1,000
 * @throws CANCELLED; NOT_IMPLEMENTED where DuckDB cannot be loaded; BAD_REQUEST for a file that is no
 *   table, or goes beyond a bound
 */
export async function previewTable(
  file: { readonly name: string; readonly path: string },
  rowCount: number,
  work: Pick<Work, 'signal'>,
): Promise<TablePreview> {
  const found = findContentKind(file.name)
  if (found.kind !== 'table') throw new RunwrightError('BAD_REQUEST', `${file.name} is no table that is known here.`)
  const { format } = found
  const shownRows = Math.max(0, Math.min(1000, Math.floor(rowCount)))
  return withTables([file.path], work, async (database) =>
    readPreview(database, format, await openTable(database, 'previewed', { ...file, format }), shownRows),
  )
}
