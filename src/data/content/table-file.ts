import type { TableDiff } from '../../protocol/data-diff.ts'
import type { Work } from '../work.ts'
import type { TableFile } from './compared-file.ts'
import { withTables } from './table-database.ts'
import { diffTables } from './table-diff.ts'
import { openTable } from './table-open.ts'

/** @throws what `withTables` throws; BAD_REQUEST for a file that is no table; INVALID_PARAMETER_VALUE for a key that is none */
export async function diffTableFiles(
  old: TableFile | undefined,
  now: TableFile | undefined,
  key: readonly string[],
  work: Pick<Work, 'signal'>,
): Promise<TableDiff> {
  const paths = [old, now].flatMap((file) => file?.path ?? [])
  return withTables(paths, work, async (database) => {
    const [before, after] = [
      old && (await openTable(database, 'table_old', old)),
      now && (await openTable(database, 'table_new', now)),
    ]
    return diffTables(database, (now ?? old)?.format ?? 'csv', { old: before, now: after }, key)
  })
}
