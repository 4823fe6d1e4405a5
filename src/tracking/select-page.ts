import type { Sql, SqlRow } from '../store/database.ts'
import { createPageToken, parsePageToken } from './page-token.ts'
import type { Fragment } from './search-condition.ts'
import type { SearchQuery } from './tracking.ts'

/**
 * The rows of a page, and the token of the next one where there is one.
 *
 * @param select whole but for `limit` and `offset`
 * @throws INVALID_PARAMETER_VALUE for a token that we did not make
 */
export async function selectPage(
  sql: Sql,
  select: Fragment,
  { limit, pageToken }: Pick<SearchQuery, 'limit' | 'pageToken'>,
): Promise<{ rows: readonly SqlRow[]; nextPageToken?: string }> {
  const offset = parsePageToken(pageToken)
  const rows = await sql.all(`${select.text} limit ? offset ?`, ...select.values, limit + 1, offset)
  return {
    rows: rows.slice(0, limit),
    ...(rows.length > limit ? { nextPageToken: createPageToken(offset + limit) } : {}),
  }
}
