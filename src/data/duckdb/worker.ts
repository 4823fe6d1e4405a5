/**
 * The process that holds DuckDB: a query that takes all memory, or meets a fault of the library, ends this process and
 * not the one that asked. It answers statements one after another and ends when its parent does.
 */
import { writeSync } from 'node:fs'
import { BOOLEAN, DOUBLE, DuckDBInstance, SQLNULL, VARCHAR, type DuckDBConnection } from '@duckdb/node-api'
import type { DuckdbSettings, FromDuckdb, StatementParam, StatementResult, ToDuckdb } from './messages.ts'

// Ctrl+C reaches every process of a terminal. The parent decides, and kills this one.
process.on('SIGINT', () => {})
// An exit would wait for the statement that runs.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))

let opened: { readonly connection: Promise<DuckDBConnection>; readonly settings: DuckdbSettings } | undefined
let last: Promise<void> = Promise.resolve()

process.on('message', (message: ToDuckdb) => {
  last = last.then(() => answer(message))
})

async function answer(message: ToDuckdb): Promise<void> {
  const reply = await perform(message).then(
    (result): FromDuckdb => ({ kind: 'done', id: message.id, result }),
    (error: unknown): FromDuckdb => ({
      kind: 'failed',
      id: message.id,
      message: error instanceof Error ? error.message : String(error),
    }),
  )
  process.send?.(reply)
}

const nothing: StatementResult = { columns: [], rows: [] }

async function perform(message: ToDuckdb): Promise<StatementResult> {
  if (message.kind === 'open') {
    opened = { connection: open(message.settings), settings: message.settings }
    await opened.connection
    watchMemory(message.settings)
    return nothing
  }
  if (opened === undefined) throw new Error('No database is open.')
  const connection = await opened.connection
  if (message.kind === 'load-arrow') {
    const { path, relation } = message
    if (!opened.settings.allowedPaths.includes(path)) throw new Error(`Permission Error: ${path} is not to be read`)
    // Few tables are Arrow files, and each process would wait for their reader.
    const { loadArrow } = await import('./arrow/load-arrow.ts')
    await loadArrow(connection, path, relation)
    return nothing
  }
  const { sql, params, maxRows } = message
  const reader = await connection.streamAndReadUntil(sql, maxRows + 1, [...params], params.map(typeOf))
  if (reader.currentRowCount > maxRows) throw new Error(`Out of Range Error: more than ${maxRows} rows`)
  const names = reader.columnNames()
  return {
    columns: reader.columnTypes().map((type, index) => ({ name: names[index] ?? '', type: String(type) })),
    // SAFETY: DuckDB's JSON values are those of CellValue, and nothing else can be JSON.
    rows: reader.getRowsJson() as StatementResult['rows'],
  }
}

/** What files unpack into, and what results are made of, DuckDB does not count as its memory. */
const besideMemoryBytes = 2 ** 31

function watchMemory({ memoryBytes }: DuckdbSettings): void {
  const mostBytes = memoryBytes + besideMemoryBytes
  const timer = setInterval(() => {
    if (process.memoryUsage.rss() <= mostBytes) return
    writeSync(process.stderr.fd, `Error: it took more than ${Math.round(mostBytes / 2 ** 20)} MiB of memory\n`)
    process.exit(1)
  }, 200)
  timer.unref()
}

/** Left to guess, it takes a whole number for a BIGINT, which not each of them is. */
function typeOf(param: StatementParam) {
  if (typeof param === 'number') return DOUBLE
  if (typeof param === 'string') return VARCHAR
  return typeof param === 'boolean' ? BOOLEAN : SQLNULL
}

/** Files first, then the lock: after it no statement can take more than it was given. */
async function open({
  allowedPaths,
  memoryBytes,
  threads,
  temporaryFolder,
  temporaryBytes,
}: DuckdbSettings): Promise<DuckDBConnection> {
  const database = await DuckDBInstance.create(':memory:', {
    threads: String(threads),
    memory_limit: `${Math.floor(memoryBytes / 1024)}KiB`,
    temp_directory: temporaryFolder,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  })
  const connection = await database.connect()
  const paths = allowedPaths.map((path) => `'${path.replaceAll("'", "''")}'`)
  for (const setting of [
    // A time without a zone is in UTC, wherever the machine stands.
    `SET TimeZone = 'UTC'`,
    // Told as the database is made, it is taken and not kept to.
    ...(temporaryBytes === undefined
      ? []
      : [`SET max_temp_directory_size = '${Math.floor(temporaryBytes / 1024)}KiB'`]),
    `SET allowed_paths = [${paths.join(', ')}]`,
    'SET enable_external_access = false',
    'SET lock_configuration = true',
  ]) {
    await connection.run(setting)
  }
  return connection
}
