import { RunwrightError } from '../protocol/errors.ts'
import type { Param } from '../protocol/runs.ts'
import type { Sql } from '../store/database.ts'
import { getText } from '../store/row.ts'
import { noteKey } from './logged-keys.ts'

/**
 * Stores params; one stored before with the same value changes nothing. Gives back whether any was new.
 *
 * @throws INVALID_PARAMETER_VALUE when one has another value already, or a key comes twice
 */
export async function writeParams(sql: Sql, runRowId: number, runId: string, params: readonly Param[]) {
  if (params.length === 0) return false
  checkKeysUnique(params)
  const known = new Map<string, string>()
  for (const row of await sql.all('select key, value from params where run = ?', runRowId)) {
    known.set(getText(row, 'key'), getText(row, 'value'))
  }
  const changed = params.filter(({ key, value }) => known.has(key) && known.get(key) !== value)
  if (changed.length > 0) {
    const list = changed.map(
      ({ key, value }) => `{'key': '${key}', 'old_value': '${known.get(key)}', 'new_value': '${value}'}`,
    )
    throw new RunwrightError(
      'INVALID_PARAMETER_VALUE',
      `Changing param values is not allowed. Params were already logged='[${list.join(', ')}]' for run ID='${runId}'.`,
      { hint: 'Log the new value under another key, or start another run.' },
    )
  }
  const added = params.filter(({ key }) => !known.has(key))
  for (const { key, value } of added) {
    await sql.run(
      'insert into params (run, experiment, key, value) select id, experiment, ?, ? from runs where id = ?',
      key,
      value,
      runRowId,
    )
    await noteKey(sql, runRowId, 'param', key)
  }
  return added.length > 0
}

function checkKeysUnique(params: readonly Param[]): void {
  const seen = new Set<string>()
  const repeated = params.filter(({ key }) => seen.size === seen.add(key).size)
  if (repeated.length === 0) return
  throw new RunwrightError(
    'INVALID_PARAMETER_VALUE',
    `Duplicate parameter keys have been submitted: [${repeated.map(({ key }) => `'${key}'`).join(', ')}]. ` +
      'Please ensure the request contains only one param value per param key.',
  )
}
