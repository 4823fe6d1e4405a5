import type { Sql } from './database.ts'

/** A store that is only looked at, beside those who may be writing to it. */
export interface StoreReader extends AsyncDisposable {
  /** Where it is: a path, or an address without the password. */
  readonly name: string
  /** A consistent snapshot. Nothing is called at the same time. @throws STORAGE_DAMAGED */
  read<T>(work: (sql: Sql) => Promise<T>): Promise<T>
  /**
   * What the database itself finds wrong, a sentence each; the names of tables and indexes stand in them. At most 100 of
   * each kind.
   */
  findFaults(): Promise<readonly string[]>
  /** What all of it takes on disk. */
  sizeBytes(): Promise<number>
}
