/**
 * What a column can hold. An integer beyond ±(2^53 − 1) is read only where a query asks for text. A metric's NaN goes in
 * and comes out as the text `NaN`, which is greater than every number in both dialects; truth values come out as 0 and 1.
 */
export type SqlValue = null | number | bigint | string | Uint8Array
export type SqlRow = Record<string, SqlValue>

/**
 * Statements inside one transaction. Text is standard SQL with `?` placeholders and is prepared once and kept, so it
 * must be one of a bounded set: values go in as parameters, never into the text.
 */
export interface Sql {
  readonly dialect: Dialect
  all(text: string, ...values: SqlValue[]): Promise<SqlRow[]>
  /** The first row. */
  get(text: string, ...values: SqlValue[]): Promise<SqlRow | undefined>
  /** Rows changed. */
  run(text: string, ...values: SqlValue[]): Promise<number>
  /**
   * Runs a statement once for each list of values. To a server all go at once, as one text of JSON: a hundred points are one
   * way there and back instead of a hundred.
   *
   * @param statement.sqlite with a `?` for each value
   * @param statement.postgres over `each`, whose column `c` gives values by `c ->> 0` and so on, as texts to be cast
   */
  runForAll(statement: Readonly<Record<Dialect, string>>, lists: readonly (readonly SqlValue[])[]): Promise<void>
}

/** What both understand is written in one text; the little that differs is in `dialect.ts`. */
export type Dialect = 'sqlite' | 'postgres'

/**
 * A transactional SQL database: SQLite in a file, or a server. Asynchronous at this border, so that features do not
 * know which.
 */
export interface Database extends AsyncDisposable {
  readonly dialect: Dialect
  /** Where it is: a path, or an address without the password. */
  readonly name: string
  /** To the other processes that have opened it; undefined where there can be none. */
  readonly channel?: Channel
  /** A consistent snapshot; never sees half of a write. */
  read<T>(work: (sql: Sql) => Promise<T>): Promise<T>
  /**
   * One transaction: all of it or nothing. Resolves only when the transaction is durable, and in the order of the
   * calls. `work` awaits nothing but `sql`, because others wait behind it; when it throws, its changes are undone and
   * the others' are not. It may run a second time from its beginning when a shared transaction had to be given up, so
   * it changes nothing but the database.
   */
  write<T>(work: (sql: Sql) => Promise<T>): Promise<T>
  /** What all of it takes on disk, indexes and logs included. */
  sizeBytes(): Promise<number>
}

/** Short texts to all others that have opened a database, most of which arrive. */
export interface Channel {
  /** At most 7,900 bytes each. */
  send(texts: readonly string[]): void
  /** Called once. `onGap` says that some may not have arrived. */
  listen(listener: { onText(text: string): void; onGap(): void }): void
}

/**
 * One step of a feature's schema. Numbers are global over features, ascend from 1 in the order of writing, some left out,
 * and never change meaning. A file may lack those of a feature: what it lacks is applied in the order of the numbers.
 */
export interface Migration {
  readonly number: number
  readonly name: string
  /** Per dialect; a database whose dialect is missing refuses to open. */
  readonly statements: Readonly<Partial<Record<Dialect, readonly string[]>>>
}
