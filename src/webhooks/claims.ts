import type { Sql, SqlRow } from '../store/database.ts'
import { getNumber } from '../store/row.ts'

/** Who may send to which webhook, where several servers share a database: one at a time. */
export interface Claims {
  /** To be asked for webhooks; a condition on `w.id` and its values. */
  readonly free: { readonly text: string; values(): readonly (string | number)[] }
  /** Claims the webhooks of these rows, in the transaction that has found them free. */
  claim(sql: Sql, rows: readonly SqlRow[]): Promise<void>
  /** Nobody else sends to it before a time, in milliseconds since 1970-01-01 UTC. */
  rest(sql: Sql, webhook: number, until: number): Promise<void>
  release(sql: Sql, webhook: number): Promise<void>
  /** Others may soon send to it again: it is another receiver now. */
  shorten(sql: Sql, webhook: number): Promise<void>
  releaseAll(sql: Sql): Promise<void>
}

/**
 * How long a server that has claimed a webhook is left alone. One delivery takes half a minute at most, and clocks of
 * servers may differ by the rest.
 */
const claimMs = 120_000

/** In a file, which one engine alone has. */
export const noClaims: Claims = {
  free: { text: 'true', values: () => [] },
  claim: () => Promise.resolve(),
  rest: () => Promise.resolve(),
  release: () => Promise.resolve(),
  shorten: () => Promise.resolve(),
  releaseAll: () => Promise.resolve(),
}

/** @param sender names this process among those that send */
export function createClaims(sender: string, now: () => number): Claims {
  const put = (sql: Sql, webhook: number, until: number) =>
    sql.run(
      `insert into webhook_claims (webhook, sender, until) select id, ?, ? from webhooks where id = ?
         on conflict (webhook) do update set sender = excluded.sender, until = excluded.until`,
      sender,
      until,
      webhook,
    )
  return {
    free: {
      text: 'not exists (select 1 from webhook_claims c where c.webhook = w.id and c.sender <> ? and c.until > ?)',
      values: () => [sender, now()],
    },
    async claim(sql, rows) {
      for (const row of rows) await put(sql, getNumber(row, 'webhook'), now() + claimMs)
    },
    rest: async (sql, webhook, until) => void (await put(sql, webhook, Math.ceil(until))),
    release: async (sql, webhook) =>
      void (await sql.run('delete from webhook_claims where webhook = ? and sender = ?', webhook, sender)),
    async shorten(sql, webhook) {
      const until = now() + claimMs
      await sql.run('update webhook_claims set until = ? where webhook = ? and until > ?', until, webhook, until)
    },
    releaseAll: async (sql) => void (await sql.run('delete from webhook_claims where sender = ?', sender)),
  }
}
