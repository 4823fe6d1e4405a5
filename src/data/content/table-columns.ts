import type { ColumnDiff, ColumnStatistics } from '../../protocol/data-diff.ts'
import type { TableDatabase } from './table-database.ts'
import { type CountedSide, readDistribution } from './table-distribution.ts'
import type { OpenTable } from './table-open.ts'
import {
  type ColumnMoments,
  finiteCount,
  mergeSums,
  readExtents,
  readMoments,
  readSums,
  withSums,
} from './table-statistics.ts'
import { cutText, familyOf, isNumeric, type TableColumn } from './table-sql.ts'

/** Statistics are of the first so many columns of each version. */
export const maxStatisticsColumns = 200

/** What both versions have alike, and what each has besides: temporary tables with the rows that have no equal one. */
export interface SharedRows {
  /** Rows of the old version that the new one has, too. */
  readonly both: string
  readonly oldOnly: string
  readonly newOnly: string
}

export type Statistics = Pick<ColumnDiff, 'old' | 'new' | 'distribution'>

export async function readStatistics(
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
  if (old !== undefined && now !== undefined && shared !== undefined) {
    for (const [name, sides] of await readSharedSides(database, old, now, shared, newColumns.filter(isShared))) {
      oldSides.set(name, sides.old)
      newSides.set(name, sides.now)
    }
  }
  return describeColumns(database, oldColumns, newColumns, oldSides, newSides)
}

interface BothSides {
  readonly old: CountedSide
  readonly now: CountedSide
}

/** What the versions have alike is summed up once for both. */
async function readSharedSides(
  database: TableDatabase,
  old: OpenTable,
  now: OpenTable,
  { both, oldOnly, newOnly }: SharedRows,
  columns: readonly TableColumn[],
): Promise<ReadonlyMap<string, BothSides>> {
  const [first, inOld, inNew] = [
    await readSums(database, both, columns),
    await readSums(database, oldOnly, columns),
    await readSums(database, newOnly, columns),
  ]
  const before = await readExtents(database, old.relation, columns, first.isPlain && inOld.isPlain)
  const after = await readExtents(database, now.relation, columns, first.isPlain && inNew.isPlain)
  const terms = [{ relation: oldOnly, sign: -1 } as const, { relation: newOnly, sign: 1 } as const]
  const sides = new Map<string, BothSides>()
  for (const [index, { name }] of columns.entries()) {
    const [a, b, c] = [first.sums[index], inOld.sums[index], inNew.sums[index]]
    const [oldExtent, newExtent] = [before[index], after[index]]
    if (!a || !b || !c || !oldExtent || !newExtent) continue
    sides.set(name, {
      old: { terms: [{ relation: old.relation, sign: 1 }], moments: withSums(oldExtent, mergeSums(a, b)) },
      now: { base: 'old', terms, moments: withSums(newExtent, mergeSums(a, c)) },
    })
  }
  return sides
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

export function findColumn(table: OpenTable | undefined, name: string): TableColumn | undefined {
  return table?.columns.find((column) => column.name === name)
}
