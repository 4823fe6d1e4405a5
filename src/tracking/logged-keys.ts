import type { Sql } from '../store/database.ts'

/** Notes that a key was logged in the run's experiment; called when it is new to the run. */
export async function noteKey(
  sql: Sql,
  runRowId: number,
  kind: 'metric' | 'param' | 'tag',
  key: string,
): Promise<void> {
  await sql.run(
    `insert into logged_keys (experiment, kind, key) select experiment, ?, ? from runs where id = ?
       on conflict do nothing`,
    kind,
    key,
    runRowId,
  )
}
