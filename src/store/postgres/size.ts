import type { Sql } from '../database.ts'

/** Bytes of all tables of our schema, with their indexes. */
export async function selectSize(sql: Sql): Promise<number> {
  const row = await sql.get(
    `select coalesce(sum(pg_total_relation_size(c.oid)), 0) as size from pg_class c
       join pg_namespace n on n.oid = c.relnamespace where n.nspname = current_schema() and c.relkind = 'r'`,
  )
  return Number(row?.['size'])
}
