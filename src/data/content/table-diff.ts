import type { ColumnDiff, RowDiff, TableDiff, TableFormat } from '../../protocol/data-diff.ts'
import { findColumn, maxStatisticsColumns, readStatistics, type SharedRows } from './table-columns.ts'
import type { TableDatabase } from './table-database.ts'
import type { CommonColumn, RowQuestion } from './table-keys.ts'
import type { OpenTable } from './table-open.ts'
import { countChangedCells, matchRows, readExamples, type RowMatch } from './table-rows.ts'
import { cutText } from './table-sql.ts'

const maxListedColumns = 2000
/** Above this share of rows without an equal one, the other version is counted by itself. */
const maxTouchedShare = 0.3

export interface DiffedTables {
  readonly old: OpenTable | undefined
  readonly now: OpenTable | undefined
}

/** What changed from one table to another; with one of them missing, what the other holds. */
export async function diffTables(
  database: TableDatabase,
  format: TableFormat,
  { old, now }: DiffedTables,
  givenKey: readonly string[],
): Promise<TableDiff> {
  const compared = old && now && (await compareRows(database, old, now, givenKey))
  const names = [...(now?.columns ?? []), ...(old?.columns ?? []).filter(({ name }) => !hasColumn(now, name))]
  const statistics = await readStatistics(database, old, now, compared?.shared)
  const columns = names.slice(0, maxListedColumns).map(({ name }): ColumnDiff => {
    const [before, after] = [findColumn(old, name), findColumn(now, name)]
    const changedCells = compared?.changedCells.get(name)
    const state =
      before === undefined ? 'added' : after === undefined ? 'removed' : before.type === after.type ? 'kept' : 'retyped'
    return {
      name: cutText(name),
      state,
      ...(changedCells === undefined || compared?.rows.keyIs === 'none' ? {} : { changedCells }),
      ...statistics.get(name),
    }
  })
  return {
    kind: 'table',
    format,
    ...(old === undefined ? {} : { old: { rowCount: old.rowCount, columnCount: old.columns.length } }),
    ...(now === undefined ? {} : { new: { rowCount: now.rowCount, columnCount: now.columns.length } }),
    columns,
    ...(compared === undefined ? {} : { rows: compared.rows }),
    notes: [...new Set([...(old?.notes ?? []), ...(now?.notes ?? []), ...noteCuts(names.length)])],
  }
}

function noteCuts(columnCount: number): string[] {
  return [
    ...(columnCount > maxStatisticsColumns ? [`Statistics are of the first ${maxStatisticsColumns} columns.`] : []),
    ...(columnCount > maxListedColumns ? [`The first ${maxListedColumns} of ${columnCount} columns are listed.`] : []),
  ]
}

function hasColumn(table: OpenTable | undefined, name: string): boolean {
  return findColumn(table, name) !== undefined
}

interface ComparedRows {
  readonly rows: RowDiff
  readonly changedCells: ReadonlyMap<string, number>
  readonly shared: SharedRows | undefined
}

async function compareRows(
  database: TableDatabase,
  old: OpenTable,
  now: OpenTable,
  givenKey: readonly string[],
): Promise<ComparedRows | undefined> {
  const common = old.columns.flatMap(({ name, type }): CommonColumn[] => {
    const other = findColumn(now, name)
    return other === undefined ? [] : [{ name, oldType: type, newType: other.type }]
  })
  if (common.length === 0) return undefined
  const question: RowQuestion = { database, old, now, common }
  const match = await matchRows(question, givenKey)
  const shared = await splitRows(question, match)
  const relations = { old: shared?.oldOnly ?? old.relation, now: shared?.newOnly ?? now.relation }
  return {
    rows: { ...match.rows, examples: await readExamples(question, match, relations) },
    changedCells: await countChangedCells(question, match, relations),
    shared,
  }
}

/** Reads the rows that differ once into memory, where they are few: all that follows asks for them again. */
async function splitRows({ database, old, now }: RowQuestion, match: RowMatch): Promise<SharedRows | undefined> {
  if (match.touchedCount > maxTouchedShare * Math.max(old.rowCount, now.rowCount)) return undefined
  const take = (relation: string) => `SELECT r.* FROM ${relation} r SEMI JOIN touched t ON ${match.isTouched('r')}`
  await database.run(`CREATE OR REPLACE TEMP TABLE old_only AS ${take(old.relation)}`)
  await database.run(`CREATE OR REPLACE TEMP TABLE new_only AS ${take(now.relation)}`)
  const both = `(SELECT r.* FROM ${old.relation} r ANTI JOIN touched t ON ${match.isTouched('r')})`
  return { both, oldOnly: 'old_only', newOnly: 'new_only' }
}
