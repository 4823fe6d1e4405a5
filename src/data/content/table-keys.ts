import { RunwrightError } from '../../protocol/errors.ts'
import { countOf, numberOf, type TableDatabase } from './table-database.ts'
import type { OpenTable } from './table-open.ts'
import { cutText, familyOf, isNumeric, quoteName } from './table-sql.ts'

/** A column of both tables. */
export interface CommonColumn {
  readonly name: string
  readonly oldType: string
  readonly newType: string
}

export interface RowQuestion {
  readonly database: TableDatabase
  readonly old: OpenTable
  readonly now: OpenTable
  readonly common: readonly CommonColumn[]
}

/** How many columns are looked at as a key when none is given. */
const maxLookedAt = 100

export function findKeyColumn({ common }: RowQuestion, name: string): CommonColumn {
  const column = common.find((each) => each.name === name)
  if (column !== undefined) return column
  throw new RunwrightError('INVALID_PARAMETER_VALUE', `There is no column "${cutText(name)}" in both tables.`, {
    hint: `Both have: ${common
      .slice(0, 20)
      .map((each) => cutText(each.name))
      .join(', ')}.`,
  })
}

/** Columns that may be a key, the likeliest first: measurements that happen to be different everywhere are none. */
export function listCandidates({ old, now, common }: RowQuestion): readonly CommonColumn[] {
  if (old.rowCount === 0 || now.rowCount === 0) return []
  const rank = ({ name, oldType }: CommonColumn) =>
    /(^|[^a-z])(id|key|uuid|guid|index)$|[a-z]I[dD]$/i.test(name) ? 0 : familyOf(oldType) === 'integer' ? 1 : 2
  return common
    .filter(({ oldType, newType }) => oldType === newType && ['integer', 'text'].includes(familyOf(oldType)))
    .toSorted((a, b) => rank(a) - rank(b))
    .slice(0, maxLookedAt)
}

/** Most columns that are no key show it in their first rows. */
export async function startsUnique({ database, old, now }: RowQuestion, { name }: CommonColumn): Promise<boolean> {
  for (const { relation } of [old, now]) {
    const beginning = `(SELECT ${quoteName(name)} AS v FROM ${relation} LIMIT 2048)`
    const [row] = await database.query(`SELECT count(DISTINCT v) AS d, count(*) AS n FROM ${beginning}`)
    if (countOf(row, 'd') < countOf(row, 'n')) return false
  }
  return true
}

/** How many different keys the old table has. A row of several nulls is a value, and so is a null alone. */
export async function countKeys(
  { database, old }: RowQuestion,
  key: readonly CommonColumn[],
): Promise<{ readonly count: number; readonly mayBeNull: boolean }> {
  const values = key.map((column) => comparable(column, ''))
  const [first = ''] = values
  const alone = await distinctOfInteger(database, old, key)
  const isPresent = `count(*) = count(${first})`
  const distinct =
    values.length > 1
      ? `count(DISTINCT ROW(${values.join(', ')}))`
      : `${alone ?? `count(DISTINCT ${first})`} + least(1, count(*) - count(${first}))`
  const [row] = await database.query(`SELECT ${distinct} AS d, (${isPresent})::INTEGER AS whole FROM ${old.relation}`)
  return { count: countOf(row, 'd'), mayBeNull: values.length > 1 || countOf(row, 'whole') === 0 }
}

/** Integers that lie close together are counted by a bit for each, in a third of the time of a hash table. */
async function distinctOfInteger(
  database: TableDatabase,
  { relation, rowCount }: OpenTable,
  [column]: readonly CommonColumn[],
): Promise<string | undefined> {
  if (column === undefined || column.oldType !== column.newType || !/^(INTEGER|BIGINT)$/.test(column.oldType)) {
    return undefined
  }
  const name = quoteName(column.name)
  const [row] = await database.query(`SELECT min(${name}) AS least, max(${name}) AS greatest FROM ${relation}`)
  const [least, greatest] = [numberOf(row, 'least') ?? Number.NaN, numberOf(row, 'greatest') ?? Number.NaN]
  const isDense = Number.isSafeInteger(least) && Number.isSafeInteger(greatest) && greatest - least < 64 * rowCount
  return isDense && greatest > least ? `bit_count(bitstring_agg(${name}, ${least}, ${greatest}))` : undefined
}

/** The value of a column as it is compared with that of the other table. */
export function comparable({ name, oldType, newType }: CommonColumn, alias: string): string {
  const column = `${alias === '' ? '' : `${alias}.`}${quoteName(name)}`
  if (oldType === newType) return column
  return isNumeric(oldType) && isNumeric(newType) ? `${column}::DOUBLE` : `${column}::VARCHAR`
}
