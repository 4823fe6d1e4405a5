import { createHash } from 'node:crypto'
import { DatabaseSync } from 'node:sqlite'

/** Sees whether a store that another process, or part of this one, has open holds something else than before. */
export interface StoreChanges extends Disposable {
  /** From now on. */
  begin(): void
  /** Whether any table has other rows than at the last `begin`. */
  hasChanged(): boolean
}

export function openStoreChanges(path: string): StoreChanges {
  const before = new DatabaseSync(path, { readOnly: true })
  const now = new DatabaseSync(path, { readOnly: true })
  let version: unknown
  const readVersion = () => now.prepare('pragma data_version').get()?.['data_version']
  return {
    begin() {
      if (before.isTransaction) before.exec('commit')
      before.exec('begin')
      // A transaction sees the file as it is at its first read.
      before.prepare('select count(*) from sqlite_master').get()
      version = readVersion()
    },
    // A commit of nothing, which follows a write that was rolled back, counts as one.
    hasChanged: () => readVersion() !== version && digestOf(before) !== digestOf(now),
    [Symbol.dispose]() {
      before.close()
      now.close()
    },
  }
}

function digestOf(database: DatabaseSync): string {
  const hash = createHash('sha256')
  const tables = database.prepare("select name from sqlite_master where type = 'table' order by name").all()
  for (const { name } of tables) {
    const rows = database.prepare(`select * from "${String(name)}"`)
    rows.setReadBigInts(true)
    hash.update(`${String(name)}\n`)
    for (const row of rows.iterate()) {
      for (const value of Object.values(row)) hash.update(value instanceof Uint8Array ? value : `${String(value)}\n`)
    }
  }
  return hash.digest('hex')
}
