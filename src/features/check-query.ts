import type { Duckdb } from '../data/duckdb-process.ts'
import { RunwrightError } from '../protocol/errors.ts'
import { isRecord } from '../protocol/json.ts'

/** What is in the tree of a query, as DuckDB parses it. */
interface QueryParts {
  readonly tables: Set<string>
  readonly ctes: Set<string>
  readonly tableFunctions: Set<string>
  /** Names of scalar and aggregate functions; `age/1` is the one with one argument. */
  readonly functions: Set<string>
  readonly refused: Set<string>
}

/** Functions that make rows from their arguments alone. */
const harmlessTableFunctions = new Set(['range', 'generate_series', 'unnest', 'json_each', 'json_tree', 'repeat'])

/** These follow the clock or the machine too, although DuckDB does not say so. */
const unsteady = new Set([
  'current_localtime',
  'current_localtimestamp',
  'age/1',
  'pg_sleep',
  'pg_postmaster_start_time',
])

/** Written without parentheses, these are functions. A column of such a name is told by the table before it. */
const clockWords = /^(current_(date|time|timestamp)|local(time|timestamp))$/i

/**
 * Refuses a query that is no SELECT over its sources alone, or whose result follows from more than them: then the same
 * version could be two tables, and "now" would leak into the past.
 *
 * @param sources names that the query may read
 * @throws INVALID_PARAMETER_VALUE that says what is wrong
 */
export async function checkQuery(db: Duckdb, sql: string, sources: readonly string[]): Promise<void> {
  const parts: QueryParts = {
    tables: new Set(),
    ctes: new Set(),
    tableFunctions: new Set(),
    functions: new Set(),
    refused: new Set(),
  }
  collect(await parseQuery(db, sql), parts)
  const known = new Set([...sources, ...parts.ctes].map((name) => name.toLowerCase()))
  const unknown = [...parts.tables].find((name) => !known.has(name.toLowerCase()))
  if (unknown !== undefined) {
    throw invalid(`The query reads "${unknown}", which is none of its sources.`, `Its sources: ${sources.join(', ')}.`)
  }
  const [reader] = [...parts.tableFunctions].filter((name) => !harmlessTableFunctions.has(name))
  if (reader !== undefined) {
    throw invalid(`The query calls ${reader}, which reads more than its sources.`, 'Name each file under "sources".')
  }
  const [refused] = [...parts.refused, ...(await listUnsteady(db, parts.functions))]
  if (refused !== undefined) {
    throw invalid(
      `The query uses ${refused}, which gives another result each time.`,
      'Features follow from their sources alone, so that a version is one table.',
    )
  }
}

async function parseQuery(db: Duckdb, sql: string): Promise<unknown> {
  const { rows } = await db.run('SELECT json_serialize_sql($1::VARCHAR)', [sql])
  const tree: unknown = JSON.parse(String(rows[0]?.[0]))
  if (!isRecord(tree)) throw invalid('The query cannot be read.')
  if (tree['error'] === true) {
    const said = String(tree['error_message'])
    throw said.startsWith('Only SELECT')
      ? invalid('The query is no SELECT.', 'It may begin with WITH; PIVOT stands inside of it: FROM (PIVOT … ).')
      : invalid(
          `The query cannot be read: ${said}.`,
          'A column whose name is a word of SQL, such as "at", stands in double quotes.',
        )
  }
  const statements = tree['statements']
  if (Array.isArray(statements) && statements.length === 1) return statements[0]
  throw invalid('The query is not one statement.', 'Write one SELECT; it may begin with WITH.')
}

/** Goes through all of the tree, whatever its nodes are called: what is new in a later DuckDB is gone through too. */
function collect(node: unknown, parts: QueryParts): void {
  if (Array.isArray(node)) {
    for (const item of node) collect(item, parts)
    return
  }
  if (!isRecord(node)) return
  note(node, parts)
  for (const child of Object.values(node)) collect(child, parts)
}

function note(node: Readonly<Record<string, unknown>>, parts: QueryParts): void {
  const { type, function_name: name, children, table_name: table, column_names: columns, sample, cte_map: ctes } = node
  if (type === 'BASE_TABLE') parts.tables.add(String(table))
  if (type === 'SHOW_REF') parts.refused.add('DESCRIBE or SHOW')
  if (type === 'TABLE_FUNCTION' && isRecord(node['function'])) {
    parts.tableFunctions.add(String(node['function']['function_name']).toLowerCase())
  }
  if (typeof name === 'string') {
    parts.functions.add(name.toLowerCase())
    parts.functions.add(`${name.toLowerCase()}/${Array.isArray(children) ? children.length : 0}`)
  }
  if (Array.isArray(columns) && columns.length === 1 && clockWords.test(String(columns[0]))) {
    parts.refused.add(String(columns[0]))
  }
  if (isRecord(sample) && sample['seed'] === -1) parts.refused.add('a sample without REPEATABLE (seed)')
  if (isRecord(ctes) && Array.isArray(ctes['map'])) {
    for (const entry of ctes['map']) if (isRecord(entry)) parts.ctes.add(String(entry['key']))
  }
}

async function listUnsteady(db: Duckdb, functions: ReadonlySet<string>): Promise<readonly string[]> {
  const { rows } = await db.run(
    `SELECT DISTINCT function_name FROM duckdb_functions() WHERE stability IN ('VOLATILE', 'CONSISTENT_WITHIN_QUERY')`,
  )
  const names = new Set([...rows.map(([name]) => String(name)), ...unsteady])
  return [...functions].filter((name) => names.has(name)).map((name) => `${name.replace('/1', '')}()`)
}

function invalid(message: string, hint?: string): RunwrightError {
  return new RunwrightError('INVALID_PARAMETER_VALUE', message, hint === undefined ? {} : { hint })
}
