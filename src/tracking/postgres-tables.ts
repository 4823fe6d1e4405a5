import { postgresTypes } from '../store/postgres-types.ts'

const { id, text } = postgresTypes

/**
 * The tables of `migrations.ts` for PostgreSQL, step by step. No store there has ever been without the later steps, so
 * that they bring nothing up to date; points and chunks do not refer to their series, which is written with them, since
 * each such reference would be a row that is locked.
 */
export const postgresTables = {
  createTables: [
    `create table experiments (
         id ${id},
         name ${text} not null unique,
         artifact_location ${text} not null,
         lifecycle_stage ${text} not null default 'active',
         creation_time bigint not null,
         last_update_time bigint not null
       )`,
    `insert into experiments (id, name, artifact_location, creation_time, last_update_time)
         select 0, 'Default', 'mlflow-artifacts:/0', t, t from (select cast(extract(epoch from now()) * 1000 as bigint) as t) as clock`,
    `create table experiment_tags (
         experiment bigint not null references experiments,
         key ${text} not null,
         value ${text} not null,
         primary key (experiment, key)
       )`,

    `create table runs (
         id ${id},
         run_id ${text} not null unique,
         experiment bigint not null references experiments,
         name ${text} not null,
         status ${text} not null default 'RUNNING',
         lifecycle_stage ${text} not null default 'active',
         deleted_with_experiment bigint not null default 0,
         stop_requested bigint not null default 0,
         user_id ${text} not null,
         start_time bigint not null,
         end_time bigint
       )`,
    'create index runs_by_time on runs (experiment, lifecycle_stage, start_time desc, run_id)',
    `create index active_runs on runs (experiment) where status in ('RUNNING', 'SCHEDULED')`,
    `create table params (
         run bigint not null references runs,
         key ${text} not null,
         value ${text} not null,
         primary key (run, key)
       )`,
    `create table tags (
         run bigint not null references runs,
         key ${text} not null,
         value ${text} not null,
         primary key (run, key)
       )`,

    `create table series (
         id ${id},
         run bigint not null references runs,
         key ${text} not null,
         step bigint not null,
         timestamp bigint not null,
         value double precision not null,
         unique (run, key)
       )`,
    `create table points (
         series bigint not null,
         step bigint not null,
         timestamp bigint not null,
         value double precision not null,
         primary key (series, step, timestamp, value)
       )`,

    `create table datasets (
         id ${id},
         experiment bigint not null references experiments,
         name ${text} not null,
         digest ${text} not null,
         source_type ${text} not null,
         source ${text} not null,
         schema ${text},
         profile ${text},
         unique (experiment, name, digest)
       )`,
    `create table inputs (
         run bigint not null references runs,
         dataset bigint not null references datasets,
         primary key (run, dataset)
       )`,
    `create table input_tags (
         run bigint not null,
         dataset bigint not null,
         key ${text} not null,
         value ${text} not null,
         primary key (run, dataset, key),
         foreign key (run, dataset) references inputs
       )`,

    `create table models (
         id ${id},
         model_id ${text} not null unique,
         experiment bigint not null references experiments,
         name ${text} not null,
         model_type ${text} not null,
         source_run_id ${text} not null,
         status ${text} not null default 'LOGGED_MODEL_PENDING',
         lifecycle_stage ${text} not null default 'active',
         creation_time bigint not null,
         last_update_time bigint not null
       )`,
    'create index models_by_time on models (experiment, lifecycle_stage, creation_time desc, model_id)',
    `create table model_params (
         model bigint not null references models,
         key ${text} not null,
         value ${text} not null,
         primary key (model, key)
       )`,
    `create table model_tags (
         model bigint not null references models,
         key ${text} not null,
         value ${text} not null,
         primary key (model, key)
       )`,
    `create table model_metrics (
         model_id ${text} not null,
         run_id ${text} not null,
         key ${text} not null,
         dataset_name ${text} not null,
         dataset_digest ${text} not null,
         step bigint not null,
         timestamp bigint not null,
         value double precision not null,
         primary key (model_id, key, run_id, dataset_name, dataset_digest, step, timestamp, value)
       )`,
    `create table run_models (
         run bigint not null references runs,
         direction ${text} not null check (direction in ('input', 'output')),
         model_id ${text} not null,
         step bigint not null,
         primary key (run, direction, model_id, step)
       )`,
  ],
  addChunks: [
    'alter table series add column experiment bigint not null default 0',
    'alter table series add column unsealed bigint not null default 0',
    'alter table series add column min double precision',
    'alter table series add column max double precision',
    'create index unsealed_series on series (id) where unsealed >= 1024',
    `create table logged_keys (
         experiment bigint not null references experiments,
         kind ${text} not null check (kind in ('metric', 'param', 'tag')),
         key ${text} not null,
         primary key (experiment, kind, key)
       )`,
    `create table chunk_data (
         id ${id},
         points bytea not null
       )`,
    `create table chunks (
         series bigint not null,
         level bigint not null,
         step bigint not null,
         timestamp bigint not null,
         value double precision not null,
         last_step bigint not null,
         last_timestamp bigint not null,
         last_value double precision not null,
         min double precision,
         max double precision,
         min_timestamp bigint not null,
         max_timestamp bigint not null,
         specials bigint not null,
         count bigint not null,
         data bigint,
         primary key (series, level, step, timestamp, value)
       )`,
  ],
  addCoveringIndexes: [
    'create index series_by_value on series (experiment, key, value, run) include (min, max)',
    'alter table params add column experiment bigint not null default 0',
    // Values are longer than what an index of PostgreSQL takes.
    'create index params_by_key on params (experiment, key, run)',
  ],
  countLateBatches: ['alter table series add column late bigint not null default 0'],
  addEvaluationDatasets: [
    `create table evaluation_datasets (
         id ${id},
         dataset_id ${text} not null unique,
         name ${text} not null,
         digest ${text} not null,
         schema ${text},
         created_time bigint not null,
         last_update_time bigint not null,
         created_by ${text},
         last_updated_by ${text}
       )`,
    `create table evaluation_dataset_tags (
         dataset bigint not null references evaluation_datasets,
         key ${text} not null,
         value ${text} not null,
         primary key (dataset, key)
       )`,
    `create table evaluation_dataset_experiments (
         dataset bigint not null references evaluation_datasets,
         experiment bigint not null references experiments,
         primary key (dataset, experiment)
       )`,
    'create index evaluation_datasets_by_experiment on evaluation_dataset_experiments (experiment, dataset)',
    `create table dataset_records (
         id ${id},
         record_id ${text} not null unique,
         dataset bigint not null references evaluation_datasets,
         input_hash ${text} not null,
         inputs ${text} not null,
         outputs ${text},
         expectations ${text},
         tags ${text} not null,
         source ${text},
         created_time bigint not null,
         last_update_time bigint not null,
         created_by ${text},
         last_updated_by ${text},
         unique (dataset, input_hash)
       )`,
    'create index dataset_records_in_order on dataset_records (dataset, id)',
  ],
  addDeletionTimes: [
    'alter table runs add column deleted_time bigint',
    `create index deleted_runs on runs (deleted_time) where lifecycle_stage = 'deleted'`,
  ],
  addIncomingPoints: [
    `create table incoming_points (
         run bigint not null,
         step bigint not null,
         timestamp bigint not null,
         series bigint not null,
         value double precision not null,
         primary key (run, step, timestamp, series, value)
       )`,
  ],
  addIncomingMetrics: [
    `insert into points (series, step, timestamp, value)
         select series, step, timestamp, value from incoming_points on conflict do nothing`,
    'drop table incoming_points',
    `create table incoming_metrics (
         id ${id},
         run bigint not null references runs,
         metrics ${text} not null
       )`,
    'create index incoming_metrics_by_run on incoming_metrics (run)',
  ],
} as const satisfies Record<string, readonly string[]>
