import type { ColumnDiff, ColumnStatistics, RowDiff, TableDiff, TableFormat } from '../../protocol/data-diff.ts'
import type { TableDatabase } from './table-database.ts'
import { type CountedSide, readDistribution } from './table-distribution.ts'
import type { OpenTable } from './table-open.ts'
import { countChangedCells, matchRows, readExamples, type RowMatch } from './table-rows.ts'
import type { CommonColumn, RowQuestion } from './table-keys.ts'
import { type ColumnMoments, finiteCount, mergeMoments, readMoments } from './table-statistics.ts'
import { cutText, familyOf, isNumeric, type TableColumn } from './table-sql.ts'

/** Statistics are of the first so many columns of each version. */
const maxStatisticsColumns = 200
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

function findColumn(table: OpenTable | undefined, name: string): TableColumn | undefined {
  return table?.columns.find((column) => column.name === name)
}

/** What both versions have alike, and what each has besides: temporary tables with the rows that have no equal one. */
interface SharedRows {
  /** Rows of the old version that the new one has, too. */
  readonly both: string
  readonly oldOnly: string
  readonly newOnly: string
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
  const take = (relation: string) => `SELECT r.* FROM ${relation} r SEMI JOIN touched t ON ${match.onTouched('r')}`
  await database.run(`CREATE OR REPLACE TEMP TABLE old_only AS ${take(old.relation)}`)
  await database.run(`CREATE OR REPLACE TEMP TABLE new_only AS ${take(now.relation)}`)
  const both = `(SELECT r.* FROM ${old.relation} r ANTI JOIN touched t ON ${match.onTouched('r')})`
  return { both, oldOnly: 'old_only', newOnly: 'new_only' }
}

type Statistics = Pick<ColumnDiff, 'old' | 'new' | 'distribution'>

async function readStatistics(
  database: TableDatabase,
  old: OpenTable | undefined,
  now: OpenTable | undefined,
  shared: SharedRows | undefined,
): Promise<ReadonlyMap<string, Statistics>> {
  const [oldColumns, newColumns] = [firstColumns(old), firstColumns(now)]
  const isShared = ({ name, type }: TableColumn) =>
    shared !== undefined && findColumn(old, name)?.type === type && findColumn(now, name)?.type === type
  const [oldSides, newSides] = await Promise.all([
    readSides(
      database,
      old,
      oldColumns.filter((column) => !isShared(column)),
    ),
    readSides(
      database,
      now,
      newColumns.filter((column) => !isShared(column)),
    ),
  ])
  if (old !== undefined && shared !== undefined) {
    const columns = newColumns.filter(isShared)
    const [both, oldOnly, newOnly] = [
      await readMoments(database, shared.both, columns),
      await readMoments(database, shared.oldOnly, columns),
      await readMoments(database, shared.newOnly, columns),
    ]
    const plus = (relation: string) => ({ relation, sign: 1 }) as const
    const minus = (relation: string) => ({ relation, sign: -1 }) as const
    for (const [index, { name }] of columns.entries()) {
      const [inBoth, inOld, inNew] = [both[index], oldOnly[index], newOnly[index]]
      if (inBoth === undefined || inOld === undefined || inNew === undefined) continue
      oldSides.set(name, { terms: [plus(old.relation)], moments: mergeMoments(inBoth, inOld) })
      const terms = [minus(shared.oldOnly), plus(shared.newOnly)]
      newSides.set(name, { base: 'old', terms, moments: mergeMoments(inBoth, inNew) })
    }
  }
  return describeColumns(database, oldColumns, newColumns, oldSides, newSides)
}

function firstColumns(table: OpenTable | undefined): readonly TableColumn[] {
  return (table?.columns ?? []).slice(0, maxStatisticsColumns)
}

async function readSides(
  database: TableDatabase,
  table: OpenTable | undefined,
  columns: readonly TableColumn[],
): Promise<Map<string, CountedSide>> {
  if (table === undefined) return new Map()
  const moments = await readMoments(database, table.relation, columns)
  return new Map(
    columns.flatMap(({ name }, index) => {
      const own = moments[index]
      return own === undefined
        ? []
        : [[name, { terms: [{ relation: table.relation, sign: 1 }], moments: own }] as const]
    }),
  )
}

async function describeColumns(
  database: TableDatabase,
  oldColumns: readonly TableColumn[],
  newColumns: readonly TableColumn[],
  oldSides: ReadonlyMap<string, CountedSide>,
  newSides: ReadonlyMap<string, CountedSide>,
): Promise<ReadonlyMap<string, Statistics>> {
  const statistics = new Map<string, Statistics>()
  const typesOf = (columns: readonly TableColumn[]) => new Map(columns.map(({ name, type }) => [name, type]))
  const [oldTypes, newTypes] = [typesOf(oldColumns), typesOf(newColumns)]
  for (const name of new Set([...newTypes.keys(), ...oldTypes.keys()])) {
    const [old, now] = [oldSides.get(name), newSides.get(name)]
    const [oldType, newType] = [oldTypes.get(name) ?? '', newTypes.get(name) ?? '']
    const type = commonType(old && oldType, now && newType)
    const counted = type === undefined ? {} : await readDistribution(database, { name, type }, old, now)
    statistics.set(name, {
      ...(old && { old: toStatistics(oldType, old.moments, counted.oldDistinct ?? null) }),
      ...(now && { new: toStatistics(newType, now.moments, counted.newDistinct ?? null) }),
      ...(counted.distribution && { distribution: counted.distribution }),
    })
  }
  return statistics
}

/** The type as which the values of both versions can be counted; undefined when there is none. */
function commonType(old: string | undefined, now: string | undefined): string | undefined {
  if (old === undefined || now === undefined || old === now) return now ?? old
  if (isNumeric(old) && isNumeric(now)) return 'DOUBLE'
  return familyOf(old) === familyOf(now) ? now : undefined
}

/** What people read of the moments of a column. */
export function toStatistics(type: string, moments: ColumnMoments, distinctCount: number | null): ColumnStatistics {
  const isTime = familyOf(type) === 'time'
  const count = finiteCount(moments)
  const deviation = isNumeric(type) && count > 1 ? Math.sqrt(moments.squares / (count - 1)) : Number.NaN
  return {
    type: cutText(type),
    nullCount: moments.nullCount,
    nonFiniteCount: moments.nonFiniteCount,
    distinctCount,
    min: isTime ? moments.minText : moments.min,
    max: isTime ? moments.maxText : moments.max,
    mean: moments.mean,
    standardDeviation: Number.isFinite(deviation) ? deviation : null,
  }
}
