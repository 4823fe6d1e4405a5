import type { Migration } from '../store/database.ts'

/**
 * - A secret is encrypted, and tied to its webhook: `secret.ts`.
 * - A delivery is written with the change that it tells of, and goes when it was taken, or was given up. Its id
 *   and time make the id that receivers tell repetitions by.
 */
const createTables: Migration = {
  number: 12,
  name: 'webhooks',
  statements: {
    sqlite: [
      `create table webhooks (
         id integer primary key autoincrement,
         webhook_id text not null unique,
         name text not null,
         url text not null,
         description text,
         secret blob,
         status text not null check (status in ('ACTIVE', 'DISABLED')),
         creation_time integer not null,
         last_update_time integer not null
       ) strict`,
      `create table webhook_events (
         webhook integer not null references webhooks,
         event text not null,
         primary key (webhook, event)
       ) without rowid, strict`,
      'create index webhooks_by_event on webhook_events (event, webhook)',
      `create table webhook_deliveries (
         id integer primary key autoincrement,
         webhook integer not null references webhooks,
         event text not null,
         data text not null,
         event_time integer not null,
         failures integer not null default 0
       ) strict`,
      'create index webhook_deliveries_by_webhook on webhook_deliveries (webhook, failures, id)',
    ],
  },
}

export const webhookMigrations: readonly Migration[] = [createTables]
