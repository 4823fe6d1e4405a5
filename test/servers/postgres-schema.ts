import { randomUUID } from 'node:crypto'
import pg from 'pg'

/** A schema of its own in a database, empty, which goes with all that is in it. */
export interface PostgresSchema extends AsyncDisposable {
  /** Of the database, with the schema as the only one that tables are looked for in. */
  readonly url: string
}

export async function openPostgresSchema(url: string): Promise<PostgresSchema> {
  const name = `scratch_${randomUUID().replaceAll('-', '')}`
  await execute(url, `create schema ${name}`)
  const inside = new URL(url)
  inside.searchParams.set('options', `-c search_path=${name}`)
  return { url: inside.href, [Symbol.asyncDispose]: () => execute(url, `drop schema ${name} cascade`) }
}

async function execute(url: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(text)
  } finally {
    await client.end()
  }
}
