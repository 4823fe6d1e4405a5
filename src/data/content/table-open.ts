import { RunwrightError } from '../../protocol/errors.ts'
import type { TableFile } from './compared-file.ts'
import { countOf, findBound, type TableDatabase, textOf } from './table-database.ts'
import { QueryFailed } from '../query-failed.ts'
import { quoteText, type TableColumn } from './table-sql.ts'

/** A file that can be queried by a name. */
export interface OpenTable {
  /** A view or a table; safe in SQL as it is. */
  readonly relation: string
  readonly columns: readonly TableColumn[]
  readonly rowCount: number
  /** How else than plainly it was read. */
  readonly notes: readonly string[]
}

/** A record that is longer is refused: DuckDB has several buffers of this size in memory. */
const maxRecordBytes = 8 << 20
const csvBufferBytes = 4 * maxRecordBytes
const maxColumns = 10_000

/**
 * Makes a file known to the database. Parquet is read anew by every query, and only the columns it asks for. Texts and
 * Arrow files are read once, into a table.
 *
 * @throws BAD_REQUEST for a file that is not what its name says
 */
export async function openTable(database: TableDatabase, relation: string, file: TableFile): Promise<OpenTable> {
  const notes = await read(database, relation, file)
  const described = await database.query(`DESCRIBE ${relation}`)
  if (described.length > maxColumns) {
    throw new RunwrightError('BAD_REQUEST', `${file.name} has more than ${maxColumns} columns.`)
  }
  const columns = described.map((row) => ({
    name: textOf(row, 'column_name') ?? '',
    type: textOf(row, 'column_type') ?? '',
  }))
  const [counted] = await database.query(`SELECT count(*) AS n FROM ${relation}`)
  return { relation, columns, rowCount: countOf(counted, 'n'), notes }
}

async function read(database: TableDatabase, relation: string, file: TableFile): Promise<string[]> {
  const { format } = file
  const path = quoteText(database.pathOf(file.path))
  if (format === 'parquet') {
    await database.run(`CREATE VIEW ${relation} AS SELECT * FROM read_parquet(${path})`).catch(refuse(file))
    return []
  }
  if (format === 'arrow') {
    await database.loadArrow(file.path, relation).catch(refuse(file))
    return []
  }
  const create = (source: string) => database.run(`CREATE TEMP TABLE ${relation} AS SELECT * FROM ${source}`)
  const packed = /\.gz$/i.test(file.name) ? 'gzip' : /\.zst$/i.test(file.name) ? 'zstd' : undefined
  const compression = packed === undefined ? '' : `, compression = '${packed}'`
  if (format === 'json-lines') {
    const options = `format = 'newline_delimited', maximum_object_size = ${maxRecordBytes}${compression}`
    await create(`read_json(${path}, ${options})`).catch(refuse(file))
    return []
  }
  // Told, not guessed: guessing takes long over long lines, and two versions might be read in two ways.
  const dialect = `delim = ${format === 'tsv' ? "'\t'" : "','"}, quote = '"', escape = '"'`
  const options = `${dialect}, max_line_size = ${maxRecordBytes}, buffer_size = ${csvBufferBytes}${compression}`
  try {
    await create(`read_csv(${path}, ${options})`)
    return []
  } catch (error) {
    if (!isAboutContent(error)) throw toTableError(file, error)
    await database.run(`DROP TABLE IF EXISTS ${relation}`)
    const lenient = `${options}, all_varchar = true, strict_mode = false, null_padding = true`
    await create(`read_csv(${path}, ${lenient})`).catch(refuse(file))
    return [`${file.name} was read as text throughout: ${firstLine(error)}`]
  }
}

function refuse(file: TableFile): (error: unknown) => never {
  return (error) => {
    throw toTableError(file, error)
  }
}

/** Whether reading less strictly may help: memory, disk, bounds and files that are not there are as they are. */
function isAboutContent(error: unknown): boolean {
  if (!(error instanceof QueryFailed)) return false
  return ['Invalid Input', 'Conversion'].includes(error.kind) && !/maximum line size/i.test(error.said)
}

/** An end of the process is no fault of the file's content. */
function toTableError(file: TableFile, cause: unknown): unknown {
  if (!(cause instanceof QueryFailed)) return cause
  return new RunwrightError(
    'BAD_REQUEST',
    `${file.name} cannot be read as a table (${file.format}): ${firstLine(cause)}`,
    {
      cause,
    },
  )
}

/** Of DuckDB's message, which goes on with the line in question and with advice about its own options. */
function firstLine(error: unknown): string {
  if (!(error instanceof QueryFailed)) return String(error)
  const bound = findBound(error)
  if (bound !== undefined) return bound
  const reason = error.said
    .split('\n')
    .find((line) => /^(Maximum line size|Expected Number of Columns|Error when converting)/i.test(line))
  return `${error.sentence}${reason === undefined ? '' : `: ${reason}`}`.slice(0, 300)
}
