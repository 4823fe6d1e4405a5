import { randomUUID } from 'node:crypto'
import { Client } from 'pg'

/** For tests: a schema of its own in a database, empty, which goes with all that is in it when it is disposed. */
export interface ScratchSchema extends AsyncDisposable {
  /** Of the database, with the schema as the only one that tables are looked for in. */
  readonly url: string
}

export async function openScratchSchema(url: string): Promise<ScratchSchema> {
  const name = `scratch_${randomUUID().replaceAll('-', '')}`
  await execute(url, `create schema ${name}`)
  const inside = new URL(url)
  inside.searchParams.set('options', `-c search_path=${name}`)
  return { url: inside.href, [Symbol.asyncDispose]: () => execute(url, `drop schema ${name} cascade`) }
}

async function execute(url: string, text: string): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(text)
  } finally {
    await client.end()
  }
}
