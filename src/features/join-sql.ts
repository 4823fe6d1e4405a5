import type { ResultColumn } from '../data/duckdb-process.ts'
import { keyOf, ownKeyOf } from './key-column.ts'
import { commaList, quoteName } from './sql-text.ts'
import { isWithin, momentOf, timeUnit, type TimeUnit } from './time-column.ts'

/** The rows that features are wanted for. */
export interface EntityTable {
  /** As it stands behind FROM. */
  readonly from: string
  readonly columns: readonly ResultColumn[]
  readonly timestamp: ResultColumn
  /** For errors. */
  readonly where: string
}

/** A feature set, as it is joined: its table has one row a key and moment, none without a key or a moment. */
export interface JoinedSet {
  readonly from: string
  readonly keys: readonly { readonly ours: ResultColumn; readonly theirs: ResultColumn }[]
  readonly timestamp: ResultColumn
  readonly ttlSeconds: number | undefined
  /** Features by the names that they get. */
  readonly features: readonly { readonly column: string; readonly name: string }[]
}

/**
 * Statement that makes the table `joined`: for each row of the entity table, in its order, the newest features of each
 * set that held at the row's event time. `r` is the place of the row, `e0…` are its columns, `f0_0…` the features of the
 * first set, and `m0…` say whether a row of that set was found.
 *
 * A row without a key or an event time gets no features. What lies after the event time is never looked at.
 */
export function joinSql(entity: EntityTable, sets: readonly JoinedSet[]): string {
  const parts = sets.map((set, index) => joinSet(entity, set, index))
  const columns = entity.columns.map(({ name }, index) => `${quoteName(name)} AS e${index}`)
  return [
    'CREATE TEMP TABLE joined AS SELECT',
    commaList([
      'e.r',
      ...entity.columns.map((_, index) => `e.e${index}`),
      ...parts.flatMap(({ selected }) => selected),
    ]),
    `FROM (SELECT ${commaList(['row_number() OVER () AS r', ...columns, ...parts.flatMap(({ compared }) => compared)])}`,
    `FROM ${entity.from}) e`,
    ...parts.map(({ join }) => join),
  ].join('\n')
}

interface SetParts {
  /** What the entity table has to be compared by. */
  readonly compared: readonly string[]
  readonly join: string
  readonly selected: readonly string[]
}

function joinSet(entity: EntityTable, set: JoinedSet, index: number): SetParts {
  const alias = `s${index}`
  const unit = unitOf(entity.timestamp, set.timestamp)
  const moment = `e.t${index}`
  const features = set.features.map(({ column }, at) => `${quoteName(column)} AS f${at}`)
  const keys = set.keys.map(({ ours, theirs }, at) => ({
    own: `${ownKeyOf(quoteName(ours.name), theirs, ours)} AS k${at}`,
    given: `${keyOf(quoteName(theirs.name), theirs, ours, entity.where)} AS k${index}_${at}`,
    equal: `e.k${index}_${at} = ${alias}.k${at}`,
  }))
  const time = `${momentOf(quoteName(set.timestamp.name), set.timestamp.type, unit)} AS t`
  const own = commaList([...keys.map((key) => key.own), time, ...features])
  const fresh = set.ttlSeconds === undefined ? '' : ` AND ${isWithin(moment, `${alias}.t`, set.ttlSeconds, unit)}`
  // With rows without a time beside rows without a key, DuckDB 1.5.6 gives the former the last features of their key. So
  // what it finds is looked at again, and no fault of a join can let a feature in from later or from elsewhere.
  const isTrue = [...keys.map(({ equal }) => equal), `${moment} >= ${alias}.t`].join(' AND ')
  const holds = `coalesce(${isTrue}${fresh}, false)`
  return {
    compared: [
      ...keys.map(({ given }) => given),
      `${momentOf(quoteName(entity.timestamp.name), entity.timestamp.type, unit)} AS t${index}`,
    ],
    join: `ASOF LEFT JOIN (SELECT ${own} FROM ${set.from}) ${alias} ON ${isTrue}`,
    selected: [
      ...features.map((_, at) => `CASE WHEN ${holds} THEN ${alias}.f${at} END AS f${index}_${at}`),
      `${holds} AS m${index}`,
    ],
  }
}

function unitOf(...times: readonly ResultColumn[]): TimeUnit {
  return times.some(({ type }) => timeUnit(type) === 'ns') ? 'ns' : 'us'
}

/** SELECT of what `joinSql` made, under the columns' own names and in the order of the entity table. */
export function selectJoined(entity: Pick<EntityTable, 'columns'>, sets: readonly JoinedSet[]): string {
  const columns = [
    ...entity.columns.map(({ name }, index) => `e${index} AS ${quoteName(name)}`),
    ...sets.flatMap(({ features }, index) => features.map(({ name }, at) => `f${index}_${at} AS ${quoteName(name)}`)),
  ]
  return `SELECT ${commaList(columns)} FROM joined ORDER BY r`
}

/** SELECT of how many rows there are, and for how many of them each set had features. */
export function countJoined(sets: readonly JoinedSet[]): string {
  return `SELECT ${commaList(['count(*)', ...sets.map((_, index) => `count(*) FILTER (WHERE m${index})`)])} FROM joined`
}
