import { randomUUID } from 'node:crypto'
import { Client } from 'pg'

/** For tests: a schema of its own in a database, empty, which goes with all that is in it when it is disposed. */
export interface ScratchSchema extends AsyncDisposable {
  /** Of the database, with the schema as the only one that tables are looked for in. */
  readonly url: string
  /** Runs a statement in it, and gives the column `text` of its first row. */
  execute(statement: string): Promise<string>
  /** All rows of all tables, as text. */
  dump(): Promise<string>
}

export async function openScratchSchema(url: string): Promise<ScratchSchema> {
  const name = `scratch_${randomUUID().replaceAll('-', '')}`
  await execute(url, `create schema ${name}`)
  const inside = new URL(url)
  inside.searchParams.set('options', `-c search_path=${name}`)
  return {
    url: inside.href,
    execute: (statement) => execute(inside.href, statement),
    dump: () =>
      execute(
        inside.href,
        `select string_agg(cast(table_to_xml(cast(c.oid as regclass), true, false, '') as text), '') as text from pg_class c
           where c.relkind = 'r' and c.relnamespace = cast('${name}' as regnamespace)`,
      ),
    [Symbol.asyncDispose]: async () => void (await execute(url, `drop schema ${name} cascade`)),
  }
}

/** @returns the column `text` of its first row */
async function execute(url: string, text: string): Promise<string> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    const { rows } = await client.query<{ text: string | null }>(text)
    return rows[0]?.text ?? ''
  } finally {
    await client.end()
  }
}
