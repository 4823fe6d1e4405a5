import type { Migration } from '../store/database.ts'
import { postgresTypes } from '../store/postgres-types.ts'

const { id, text } = postgresTypes

/**
 * - A secret is encrypted, and tied to its webhook: `secret.ts`.
 * - A delivery is written with the change that it tells of, and goes when it was taken, or was given up. Its id
 *   and time make the id that receivers tell repetitions by.
 * - On a database that several servers share, one of them at a time sends to a webhook: the one that has claimed it.
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
    postgres: [
      `create table webhooks (
         id ${id},
         webhook_id ${text} not null unique,
         name ${text} not null,
         url ${text} not null,
         description ${text},
         secret bytea,
         status ${text} not null check (status in ('ACTIVE', 'DISABLED')),
         creation_time bigint not null,
         last_update_time bigint not null
       )`,
      `create table webhook_events (
         webhook bigint not null references webhooks,
         event ${text} not null,
         primary key (webhook, event)
       )`,
      'create index webhooks_by_event on webhook_events (event, webhook)',
      `create table webhook_deliveries (
         id ${id},
         webhook bigint not null references webhooks,
         event ${text} not null,
         data ${text} not null,
         event_time bigint not null,
         failures bigint not null default 0
       )`,
      'create index webhook_deliveries_by_webhook on webhook_deliveries (webhook, failures, id)',
      `create table webhook_claims (
         webhook bigint primary key references webhooks on delete cascade,
         sender ${text} not null,
         until bigint not null
       )`,
    ],
  },
}

export const webhookMigrations: readonly Migration[] = [createTables]
