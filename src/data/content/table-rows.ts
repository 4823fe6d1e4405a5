import type { CellExample, RowDiff, RowExample } from '../../protocol/data-diff.ts'
import { RunwrightError } from '../../protocol/errors.ts'
import { countOf, type TableRow, textOf } from './table-database.ts'
import {
  type CommonColumn,
  comparable,
  countKeys,
  findKeyColumn,
  listCandidates,
  type RowQuestion,
  startsUnique,
} from './table-keys.ts'
import type { OpenTable } from './table-open.ts'
import { cutText, quoteName, shownText, type TableColumn } from './table-sql.ts'

/** Rows of both tables that have no equal one in the other are in the table `touched`, by their key. */
export interface RowMatch {
  readonly rows: Omit<RowDiff, 'examples'>
  /** How many keys `touched` has. */
  readonly touchedCount: number
  /** SQL by which a row of a table is matched with one of `touched t`. */
  onTouched(alias: string): string
  /** The same, for a semi join with one of the tables, which a plain comparison makes faster. */
  isTouched(alias: string): string
}

/** How many columns are tried as a key when none is given. */
const maxCandidates = 3
const maxExamples = 20
/** Of a row that is shown. */
const maxCells = 50

/**
 * Matches the rows of two tables by a key: the given one, else a column that has no value twice, else all values.
 *
 * @throws INVALID_PARAMETER_VALUE for a given key that a table lacks, or of which it has a value twice
 */
export async function matchRows(question: RowQuestion, given: readonly string[]): Promise<RowMatch> {
  if (given.length > 0) {
    const key = given.map((name) => findKeyColumn(question, name))
    const match = await matchByKey(question, key, 'given')
    if (match !== undefined) return match
    throw new RunwrightError('INVALID_PARAMETER_VALUE', `The key ${given.join(', ')} is not the only one of its row.`, {
      hint: 'Name more columns with --key, so that no two rows have the same values in them; or none.',
    })
  }
  let tries = 0
  for (const candidate of listCandidates(question)) {
    if (tries === maxCandidates) break
    if (!(await startsUnique(question, candidate))) continue
    tries += 1
    const match = await matchByKey(question, [candidate], 'found')
    if (match !== undefined && match.rows.removed < question.old.rowCount) return match
  }
  return matchWholeRows(question)
}

/** Undefined when the key is not the only one of its row. */
async function matchByKey(
  question: RowQuestion,
  key: readonly CommonColumn[],
  keyIs: 'given' | 'found',
): Promise<RowMatch | undefined> {
  const { old, now, common } = question
  const inKey = key.map((column) => comparable(column, ''))
  const { count, mayBeNull } = await countKeys(question, key)
  if (count < old.rowCount) return undefined
  const others = common
    .filter(({ name }) => !key.some((each) => each.name === name))
    .map((each) => comparable(each, ''))
  // Of two different rows one pair in 2^64 has the same hash.
  const hash = others.length === 0 ? '0::UBIGINT' : `hash(${others.join(', ')})`
  const side = ({ relation }: OpenTable) =>
    `(SELECT ${inKey.map((sql, index) => `${sql} AS k${index}`).join(', ')}, ${hash} AS h FROM ${relation})`
  const counts = '(a.h IS NOT NULL)::INTEGER AS old_count, (b.h IS NOT NULL)::INTEGER AS new_count'
  // A plain comparison is faster, and the same where one side has no nulls.
  const same = mayBeNull ? 'IS NOT DISTINCT FROM' : '='
  const match = await matchSides(question, key.length, same, side(old), side(now), counts)
  const changed = countOf(match, 'changed')
  const [added, removed] = [countOf(match, 'added'), countOf(match, 'removed')]
  // Keys are different in the old table. Were one twice in the new one, more rows of that would have found a partner.
  if (old.rowCount - removed !== now.rowCount - added) return undefined
  const on = (alias: string, operator: typeof same) =>
    key.map((column, index) => `${comparable(column, alias)} ${operator} t.k${index}`).join(' AND ')
  const rows = { key: key.map(({ name }) => cutText(name)), keyIs, added, removed, changed }
  return {
    rows: { ...rows, unchanged: old.rowCount - removed - changed },
    touchedCount: countOf(match, 'touched'),
    onTouched: (alias) => on(alias, 'IS NOT DISTINCT FROM'),
    isTouched: (alias) => on(alias, countOf(match, 'null_keys') === 0 ? '=' : 'IS NOT DISTINCT FROM'),
  }
}

async function matchWholeRows(question: RowQuestion): Promise<RowMatch> {
  const { old, now, common } = question
  const hash = (alias: string) => `hash(${common.map((column) => comparable(column, alias)).join(', ')})`
  const side = ({ relation }: OpenTable) => `(SELECT ${hash('')} AS k0, count(*) AS h FROM ${relation} GROUP BY 1)`
  const counts = 'coalesce(a.h, 0) AS old_count, coalesce(b.h, 0) AS new_count'
  const match = await matchSides(question, 1, '=', side(old), side(now), counts)
  const [added, removed] = [countOf(match, 'added'), countOf(match, 'removed')]
  return {
    rows: { key: [], keyIs: 'none', added, removed, changed: 0, unchanged: old.rowCount - removed },
    touchedCount: countOf(match, 'touched'),
    onTouched: (alias) => `${hash(alias)} = t.k0`,
    isTouched: (alias) => `${hash(alias)} = t.k0`,
  }
}

/** Makes `touched` of two relations with keys `k0`, `k1`… and something `h` that tells whether there is a difference. */
async function matchSides(
  { database }: RowQuestion,
  keyLength: number,
  same: '=' | 'IS NOT DISTINCT FROM',
  old: string,
  now: string,
  counts: string,
): Promise<TableRow | undefined> {
  const keys = Array.from({ length: keyLength }, (_, index) => `k${index}`)
  const on = keys.map((key) => `a.${key} ${same} b.${key}`).join(' AND ')
  const selected = keys.map((key) => `coalesce(a.${key}, b.${key}) AS ${key}`).join(', ')
  await database.run(
    `CREATE OR REPLACE TEMP TABLE touched AS SELECT ${selected}, ${counts}
     FROM ${old} a FULL OUTER JOIN ${now} b ON ${on} WHERE a.h IS DISTINCT FROM b.h`,
  )
  const [row] = await database.query(
    `SELECT count(*) AS touched, count(*) FILTER (${keys.map((key) => `${key} IS NULL`).join(' OR ')}) AS null_keys,
     count(*) FILTER (old_count = new_count) AS changed,
     sum(greatest(new_count - old_count, 0)) AS added, sum(greatest(old_count - new_count, 0)) AS removed FROM touched`,
  )
  return row
}

/** Rows to show: of each kind some, in the order of their keys. */
export async function readExamples(
  question: RowQuestion,
  match: RowMatch,
  relations: { readonly old: string; readonly now: string },
): Promise<readonly RowExample[]> {
  const { rows } = match
  return [
    ...(rows.removed > 0 ? await readWholeRows(question, match, 'removed', relations.old) : []),
    ...(rows.added > 0 ? await readWholeRows(question, match, 'added', relations.now) : []),
    ...(rows.changed > 0 ? await readChangedRows(question, match, relations) : []),
  ]
}

const orderOf = ({ rows }: RowMatch) => Array.from({ length: Math.max(1, rows.key.length) }, (_, at) => `k${at}`).join()

async function readWholeRows(
  { database, old, now }: RowQuestion,
  match: RowMatch,
  change: 'added' | 'removed',
  relation: string,
): Promise<RowExample[]> {
  const columns = (change === 'added' ? now : old).columns.slice(0, maxCells)
  const isMore = change === 'added' ? 'new_count > old_count' : 'old_count > new_count'
  const cells = columns.map(({ name }, index) => `${shownText(`r.${quoteName(name)}`)} AS c${index}`)
  const found = await database.query(
    `SELECT ${cells.join(', ')} FROM ${relation} r
     JOIN (SELECT * FROM touched WHERE ${isMore} ORDER BY ${orderOf(match)} LIMIT ${maxExamples}) t
     ON ${match.onTouched('r')} ORDER BY ${orderOf(match).replaceAll(/k/g, 't.k')} LIMIT ${maxExamples}`,
  )
  return found.map((row) => ({ change, cells: columns.map((column, index) => oneSided(column, row, index, change)) }))
}

function oneSided({ name }: TableColumn, row: TableRow, index: number, change: 'added' | 'removed'): CellExample {
  const value = textOf(row, `c${index}`)
  return change === 'added' ? { column: cutText(name), new: value } : { column: cutText(name), old: value }
}

async function readChangedRows(
  { database, common }: RowQuestion,
  match: RowMatch,
  relations: { readonly old: string; readonly now: string },
): Promise<RowExample[]> {
  const isKey = ({ name }: CommonColumn) => match.rows.key.includes(cutText(name))
  const columns = [...common.filter(isKey), ...common.filter((column) => !isKey(column))].slice(0, 10 * maxCells)
  const cells = columns.flatMap((column, index) => [
    `${shownText(`o.${quoteName(column.name)}`)} AS o${index}`,
    `${shownText(`n.${quoteName(column.name)}`)} AS n${index}`,
    `(${comparable(column, 'o')} IS DISTINCT FROM ${comparable(column, 'n')})::INTEGER AS d${index}`,
  ])
  const keys = orderOf(match)
  const found = await database.query(
    `SELECT ${cells.join(', ')} FROM
     (SELECT * FROM touched WHERE old_count = new_count ORDER BY ${keys} LIMIT ${maxExamples}) t
     JOIN ${relations.old} o ON ${match.onTouched('o')} JOIN ${relations.now} n ON ${match.onTouched('n')}
     ORDER BY ${keys.replaceAll(/k/g, 't.k')}`,
  )
  return found.map((row) => {
    const shown = columns
      .map((column, index) => ({ column, index }))
      .filter(({ column, index }) => isKey(column) || countOf(row, `d${index}`) === 1)
      .slice(0, maxCells)
    const cells = shown.map(({ column: { name }, index }) => ({
      column: cutText(name),
      old: textOf(row, `o${index}`),
      new: textOf(row, `n${index}`),
    }))
    return { change: 'changed', cells }
  })
}

/** For each common column in how many changed rows its value differs. */
export async function countChangedCells(
  { database, common }: RowQuestion,
  match: RowMatch,
  relations: { readonly old: string; readonly now: string },
): Promise<ReadonlyMap<string, number>> {
  const columns = common.slice(0, 2000)
  if (match.rows.changed === 0) return new Map(columns.map(({ name }) => [name, 0]))
  const counts = columns.map(
    (column, index) =>
      `count(*) FILTER (${comparable(column, 'o')} IS DISTINCT FROM ${comparable(column, 'n')}) AS c${index}`,
  )
  const [row] = await database.query(
    `SELECT ${counts.join(', ')} FROM (SELECT * FROM touched WHERE old_count = new_count) t
     JOIN ${relations.old} o ON ${match.onTouched('o')} JOIN ${relations.now} n ON ${match.onTouched('n')}`,
  )
  return new Map(columns.map(({ name }, index) => [name, countOf(row, `c${index}`)]))
}
