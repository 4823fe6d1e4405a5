import type { Migration } from '../store/database.ts'
import { postgresTypes } from '../store/postgres-types.ts'

const { id, text } = postgresTypes

/**
 * The tables of the feature, after those of tracking.
 *
 * - A deleted version keeps its row, so that its number is not given again; what it said is taken out.
 * - Versions name runs and logged models as text: they outlive both.
 */
const createTables: Migration = {
  number: 5,
  name: 'registered models',
  statements: {
    sqlite: [
      `create table registered_models (
         id integer primary key,
         name text not null unique,
         description text not null,
         creation_time integer not null,
         last_update_time integer not null
       ) strict`,
      `create table registered_model_tags (
         registered_model integer not null references registered_models,
         key text not null,
         value text not null,
         primary key (registered_model, key)
       ) without rowid, strict`,
      `create table model_versions (
         id integer primary key,
         registered_model integer not null references registered_models,
         version integer not null,
         description text,
         source text not null,
         storage_location text not null,
         run_id text not null,
         model_id text not null,
         run_link text not null,
         is_deleted integer not null default 0,
         creation_time integer not null,
         last_update_time integer not null,
         unique (registered_model, version)
       ) strict`,
      'create index model_versions_by_run on model_versions (run_id)',
      `create table model_version_tags (
         model_version integer not null references model_versions,
         key text not null,
         value text not null,
         primary key (model_version, key)
       ) without rowid, strict`,
      `create table registered_model_aliases (
         registered_model integer not null references registered_models,
         alias text not null,
         version integer not null,
         primary key (registered_model, alias)
       ) without rowid, strict`,
    ],
    postgres: [
      `create table registered_models (
         id ${id},
         name ${text} not null unique,
         description ${text} not null,
         creation_time bigint not null,
         last_update_time bigint not null
       )`,
      `create table registered_model_tags (
         registered_model bigint not null references registered_models,
         key ${text} not null,
         value ${text} not null,
         primary key (registered_model, key)
       )`,
      `create table model_versions (
         id ${id},
         registered_model bigint not null references registered_models,
         version bigint not null,
         description ${text},
         source ${text} not null,
         storage_location ${text} not null,
         run_id ${text} not null,
         model_id ${text} not null,
         run_link ${text} not null,
         is_deleted bigint not null default 0,
         creation_time bigint not null,
         last_update_time bigint not null,
         unique (registered_model, version)
       )`,
      'create index model_versions_by_run on model_versions (run_id)',
      `create table model_version_tags (
         model_version bigint not null references model_versions,
         key ${text} not null,
         value ${text} not null,
         primary key (model_version, key)
       )`,
      `create table registered_model_aliases (
         registered_model bigint not null references registered_models,
         alias ${text} not null,
         version bigint not null,
         primary key (registered_model, alias)
       )`,
    ],
  },
}

const addStages: Migration = {
  number: 8,
  name: 'stages of model versions',
  statements: {
    sqlite: [`alter table model_versions add column stage text not null default 'None'`],
    postgres: [`alter table model_versions add column stage ${text} not null default 'None'`],
  },
}

export const registryMigrations: readonly Migration[] = [createTables, addStages]
