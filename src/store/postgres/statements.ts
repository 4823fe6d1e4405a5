import { createHash } from 'node:crypto'
import type { ClientBase, CustomTypesConfig, QueryResult } from 'pg'
import type { Sql, SqlRow } from '../database.ts'
import { numberPlaceholders } from './placeholders.ts'
import { decoderOf, encodeValue } from './values.ts'

/** What the statements of a kind are sent as. */
interface Statement {
  readonly text: string
  /** The server keeps a plan under it, for each connection. */
  readonly name: string
  uses: number
}

/** Statements that are known; the one that was not asked for longest goes first. */
const knownStatements = 512

/**
 * So many times a statement is parsed anew before the server is asked to keep it: it never lets go of one, and a search
 * with many filters, which makes its own text, hardly comes again.
 */
const keptFrom = 3

const types: CustomTypesConfig = {
  // SAFETY: pg gives what this returns the text of a value; it asks for binary ones only where a query wants them.
  getTypeParser: ((type: number) => decoderOf(type)) as CustomTypesConfig['getTypeParser'],
}

/** Statements over connections, with values as in SQLite. */
export interface Statements {
  /** @param find the connection that statements are sent by */
  over(find: () => ClientBase): Sql
}

export function createStatements(): Statements {
  const known = new Map<string, Statement>()

  function find(text: string): Statement {
    const statement = known.get(text) ?? {
      text: numberPlaceholders(text),
      name: createHash('sha256').update(text).digest('base64url'),
      uses: 0,
    }
    statement.uses += 1
    // A map keeps the order of insertion: taking out and putting in makes this text the newest.
    known.delete(text)
    known.set(text, statement)
    const oldest = known.keys().next().value
    if (known.size > knownStatements && oldest !== undefined) known.delete(oldest)
    return statement
  }

  return {
    over(findClient) {
      const query = async (asked: string, values: Parameters<Sql['all']>[1][]): Promise<QueryResult<SqlRow>> => {
        const { text, name, uses } = find(asked)
        return findClient().query<SqlRow>({
          text,
          values: values.map(encodeValue),
          types,
          ...(uses < keptFrom ? {} : { name }),
        })
      }
      return {
        dialect: 'postgres',
        all: async (text, ...values) => (await query(text, values)).rows,
        get: async (text, ...values) => (await query(text, values)).rows[0],
        run: async (text, ...values) => (await query(text, values)).rowCount ?? 0,
        async runForAll({ postgres }, lists) {
          if (lists.length === 0) return
          // As texts, since a number of JSON is neither NaN nor infinite, and loses the sign of zero.
          const texts = lists.map((values) =>
            values.map((value) => (value === null ? null : Object.is(value, -0) ? '-0' : String(value))),
          )
          const each = 'with each (c) as (select * from json_array_elements(cast(? as json)))'
          await query(`${each} ${postgres}`, [JSON.stringify(texts)])
        },
      }
    },
  }
}
