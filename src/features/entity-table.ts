import { realpath, stat } from 'node:fs/promises'
import type { Duckdb, ResultColumn } from '../data/duckdb-process.ts'
import { RunwrightError } from '../protocol/errors.ts'
import { describeTable, findColumn, listNames } from './columns.ts'
import type { EntityTable } from './join-sql.ts'
import { checkTimeColumn, timeUnit } from './time-column.ts'

/** @throws RESOURCE_DOES_NOT_EXIST */
export async function findEntityTable(file: string): Promise<string> {
  const real = await realpath(file).catch(() => undefined)
  if (real !== undefined && (await stat(real)).isFile()) return real
  throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `There is no table ${file}.`, {
    hint: 'Name a file with keys and event times: Parquet, Arrow, CSV or JSON lines.',
  })
}

/**
 * @param from the table, as it stands behind FROM
 * @param timestamp its column of event times, where one is named
 * @param where it is, for errors
 * @throws INVALID_PARAMETER_VALUE without a column of times
 */
export async function describeEntityTable(
  db: Duckdb,
  from: string,
  timestamp: string | undefined,
  where: string,
): Promise<EntityTable> {
  const columns = await describeTable(db, from)
  return { from, columns, timestamp: chooseTimestamp(columns, timestamp, where), where }
}

function chooseTimestamp(columns: readonly ResultColumn[], named: string | undefined, where: string): ResultColumn {
  const usual = columns.find(({ name }) => name.toLowerCase() === 'event_timestamp')
  const times = columns.filter(({ type }) => timeUnit(type) !== undefined)
  const only = times.length === 1 ? times[0] : undefined
  const chosen = named === undefined ? (usual ?? only) : findColumn(columns, named, where)
  if (chosen === undefined) {
    throw new RunwrightError('INVALID_PARAMETER_VALUE', `${where} has no column "event_timestamp".`, {
      hint: `Name the column of event times with --timestamp. It has ${listNames(columns)}.`,
    })
  }
  // JSON has no times, so they are texts there.
  if (chosen.type !== 'VARCHAR') checkTimeColumn(chosen, where)
  return chosen
}
