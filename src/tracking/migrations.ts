import type { Migration } from '../store/database.ts'
import { postgresTables } from './postgres-tables.ts'
import { addScorers } from './scorers/migration.ts'
import { addTraces } from './traces/migration.ts'

/**
 * The tables of the feature.
 *
 * - Runs and series have small whole numbers beside their names, because points and params repeat them many times.
 * - `series` holds the latest point of each metric, so that lists never look at the points.
 * - The key of `points` is the whole point: logging the same one again, after a lost answer for example, changes nothing.
 * - A metric's value is a number or, as SQLite has no NaN, the text `NaN`, which sorts after all numbers by itself.
 */
const createTables: Migration = {
  number: 1,
  name: 'experiments, runs, metrics, logged models',
  statements: {
    sqlite: [
      `create table experiments (
         id integer primary key autoincrement,
         name text not null unique,
         artifact_location text not null,
         lifecycle_stage text not null default 'active',
         creation_time integer not null,
         last_update_time integer not null
       ) strict`,
      // The only time taken from the database: a migration has no clock of its own.
      `insert into experiments (id, name, artifact_location, creation_time, last_update_time)
         select 0, 'Default', 'mlflow-artifacts:/0', t, t from (select unixepoch() * 1000 as t)`,
      `create table experiment_tags (
         experiment integer not null references experiments,
         key text not null,
         value text not null,
         primary key (experiment, key)
       ) without rowid, strict`,

      `create table runs (
         id integer primary key,
         run_id text not null unique,
         experiment integer not null references experiments,
         name text not null,
         status text not null default 'RUNNING',
         lifecycle_stage text not null default 'active',
         deleted_with_experiment integer not null default 0,
         stop_requested integer not null default 0,
         user_id text not null,
         start_time integer not null,
         end_time integer
       ) strict`,
      'create index runs_by_time on runs (experiment, lifecycle_stage, start_time desc, run_id)',
      `create index active_runs on runs (experiment) where status in ('RUNNING', 'SCHEDULED')`,
      `create table params (
         run integer not null references runs,
         key text not null,
         value text not null,
         primary key (run, key)
       ) without rowid, strict`,
      `create table tags (
         run integer not null references runs,
         key text not null,
         value text not null,
         primary key (run, key)
       ) without rowid, strict`,

      `create table series (
         id integer primary key,
         run integer not null references runs,
         key text not null,
         step integer not null,
         timestamp integer not null,
         value any not null,
         unique (run, key)
       ) strict`,
      `create table points (
         series integer not null references series,
         step integer not null,
         timestamp integer not null,
         value any not null,
         primary key (series, step, timestamp, value)
       ) without rowid, strict`,

      `create table datasets (
         id integer primary key,
         experiment integer not null references experiments,
         name text not null,
         digest text not null,
         source_type text not null,
         source text not null,
         schema text,
         profile text,
         unique (experiment, name, digest)
       ) strict`,
      `create table inputs (
         run integer not null references runs,
         dataset integer not null references datasets,
         primary key (run, dataset)
       ) without rowid, strict`,
      `create table input_tags (
         run integer not null,
         dataset integer not null,
         key text not null,
         value text not null,
         primary key (run, dataset, key),
         foreign key (run, dataset) references inputs
       ) without rowid, strict`,

      `create table models (
         id integer primary key,
         model_id text not null unique,
         experiment integer not null references experiments,
         name text not null,
         model_type text not null,
         source_run_id text not null,
         status text not null default 'LOGGED_MODEL_PENDING',
         lifecycle_stage text not null default 'active',
         creation_time integer not null,
         last_update_time integer not null
       ) strict`,
      'create index models_by_time on models (experiment, lifecycle_stage, creation_time desc, model_id)',
      `create table model_params (
         model integer not null references models,
         key text not null,
         value text not null,
         primary key (model, key)
       ) without rowid, strict`,
      `create table model_tags (
         model integer not null references models,
         key text not null,
         value text not null,
         primary key (model, key)
       ) without rowid, strict`,
      `create table model_metrics (
         model_id text not null,
         run_id text not null,
         key text not null,
         dataset_name text not null,
         dataset_digest text not null,
         step integer not null,
         timestamp integer not null,
         value any not null,
         primary key (model_id, key, run_id, dataset_name, dataset_digest, step, timestamp, value)
       ) without rowid, strict`,
      `create table run_models (
         run integer not null references runs,
         direction text not null check (direction in ('input', 'output')),
         model_id text not null,
         step integer not null,
         primary key (run, direction, model_id, step)
       ) without rowid, strict`,
    ],
    postgres: postgresTables.createTables,
  },
}

/**
 * Points move into chunks, and a pyramid of what they sum up to stands above them: see `series/`.
 *
 * - `points` holds the loose points alone, which lie in no chunk yet.
 * - `chunks` has a row for each chunk (level 0) and for each four rows of the level below (levels 1 and up); its key is
 *   the first point. A chunk's points are apart, so that rows lie close together.
 * - `logged_keys` names what was ever logged in an experiment, so that nobody has to look through its runs for that.
 * - `series.unsealed` counts the points written since a series was last looked at; `min` and `max` are over its finite
 *   values.
 */
const addChunks: Migration = {
  number: 2,
  name: 'points in chunks, with a pyramid above them',
  statements: {
    sqlite: [
      'alter table series add column experiment integer not null default 0',
      'alter table series add column unsealed integer not null default 0',
      'alter table series add column min real',
      'alter table series add column max real',
      `update series set
         experiment = (select r.experiment from runs r where r.id = series.run),
         (unsealed, min, max) = (
           select count(*), min(p.value) filter (where abs(p.value) < 9e999 and typeof(p.value) != 'text'),
               max(p.value) filter (where abs(p.value) < 9e999 and typeof(p.value) != 'text')
             from points p where p.series = series.id)`,
      'create index series_by_value on series (experiment, key, value, run)',
      'create index unsealed_series on series (id) where unsealed >= 1024',
      `create table logged_keys (
         experiment integer not null references experiments,
         kind text not null check (kind in ('metric', 'param', 'tag')),
         key text not null,
         primary key (experiment, kind, key)
       ) without rowid, strict`,
      `insert into logged_keys (experiment, kind, key)
         select distinct experiment, 'metric', key from series
         union select distinct r.experiment, 'param', p.key from params p join runs r on r.id = p.run
         union select distinct r.experiment, 'tag', t.key from tags t join runs r on r.id = t.run`,
      `create table chunk_data (
         id integer primary key,
         points blob not null
       ) strict`,
      `create table chunks (
         series integer not null references series,
         level integer not null,
         step integer not null,
         timestamp integer not null,
         value any not null,
         last_step integer not null,
         last_timestamp integer not null,
         last_value any not null,
         min real,
         max real,
         min_timestamp integer not null,
         max_timestamp integer not null,
         specials integer not null,
         count integer not null,
         data integer,
         primary key (series, level, step, timestamp, value)
       ) without rowid, strict`,
    ],
    postgres: postgresTables.addChunks,
  },
}

/**
 * What tables of many runs are sorted, filtered and grouped by is read from indexes alone, without a look at the runs.
 *
 * - `series_by_value` holds all that stands for a series. The least and the greatest value have no index of their own,
 *   which would be written at nearly every point of a metric that falls or rises; this one is written anyway.
 * - `params` names the experiment as `series` does, so that its index has the params of an experiment side by side.
 */
const addCoveringIndexes: Migration = {
  number: 3,
  name: 'indexes that hold the values of metrics and params',
  statements: {
    sqlite: [
      'drop index series_by_value',
      'create index series_by_value on series (experiment, key, value, run, min, max)',
      'alter table params add column experiment integer not null default 0',
      'update params set experiment = (select r.experiment from runs r where r.id = params.run)',
      'create index params_by_value on params (experiment, key, value, run)',
    ],
    postgres: postgresTables.addCoveringIndexes,
  },
}

/** `series.late` counts the batches with a point that came before the latest one: whoever follows a series reads it anew. */
const countLateBatches: Migration = {
  number: 4,
  name: 'batches with late points are counted',
  statements: {
    sqlite: ['alter table series add column late integer not null default 0'],
    postgres: postgresTables.countLateBatches,
  },
}

/** Evaluation datasets: who they belong to as they are in MLflow, and records of which those of equal inputs are one. */
const addEvaluationDatasets: Migration = {
  number: 9,
  name: 'evaluation datasets',
  statements: {
    sqlite: [
      `create table evaluation_datasets (
         id integer primary key,
         dataset_id text not null unique,
         name text not null,
         digest text not null,
         schema text,
         created_time integer not null,
         last_update_time integer not null,
         created_by text,
         last_updated_by text
       ) strict`,
      `create table evaluation_dataset_tags (
         dataset integer not null references evaluation_datasets,
         key text not null,
         value text not null,
         primary key (dataset, key)
       ) without rowid, strict`,
      `create table evaluation_dataset_experiments (
         dataset integer not null references evaluation_datasets,
         experiment integer not null references experiments,
         primary key (dataset, experiment)
       ) without rowid, strict`,
      'create index evaluation_datasets_by_experiment on evaluation_dataset_experiments (experiment, dataset)',
      `create table dataset_records (
         id integer primary key,
         record_id text not null unique,
         dataset integer not null references evaluation_datasets,
         input_hash text not null,
         inputs text not null,
         outputs text,
         expectations text,
         tags text not null,
         source text,
         created_time integer not null,
         last_update_time integer not null,
         created_by text,
         last_updated_by text,
         unique (dataset, input_hash)
       ) strict`,
      'create index dataset_records_in_order on dataset_records (dataset, id)',
    ],
    postgres: postgresTables.addEvaluationDatasets,
  },
}

/**
 * When a run was deleted, so that what was deleted long ago can go for good; the only time from the database beside the
 * first: of those that are deleted already it is only known that it was before now. From here on chunks have checksums.
 */
const addDeletionTimes: Migration = {
  number: 20,
  name: 'times at which runs were deleted, chunks with checksums',
  statements: {
    sqlite: [
      'alter table runs add column deleted_time integer',
      `update runs set deleted_time = unixepoch() * 1000 where lifecycle_stage = 'deleted'`,
      `create index deleted_runs on runs (deleted_time) where lifecycle_stage = 'deleted'`,
    ],
    postgres: postgresTables.addDeletionTimes,
  },
}

/** Points of batches of many metrics, before they joined the loose ones. Not used any more. */
const addIncomingPoints: Migration = {
  number: 21,
  name: 'points of a batch are stored side by side',
  statements: {
    sqlite: [
      `create table incoming_points (
         run integer not null,
         step integer not null,
         timestamp integer not null,
         series integer not null,
         value any not null,
         primary key (run, step, timestamp, series, value)
       ) without rowid, strict`,
    ],
    postgres: postgresTables.addIncomingPoints,
  },
}

/** Metrics wait here batch by batch before they join their series: see `incoming-metrics.ts`. */
const addIncomingMetrics: Migration = {
  number: 22,
  name: 'metrics wait batch by batch',
  statements: {
    sqlite: [
      `insert into points (series, step, timestamp, value)
         select series, step, timestamp, value from incoming_points where true on conflict do nothing`,
      'drop table incoming_points',
      `create table incoming_metrics (
         id integer primary key,
         run integer not null references runs,
         metrics text not null
       ) strict`,
      'create index incoming_metrics_by_run on incoming_metrics (run)',
    ],
    postgres: postgresTables.addIncomingMetrics,
  },
}

export const trackingMigrations: readonly Migration[] = [
  createTables,
  addChunks,
  addCoveringIndexes,
  countLateBatches,
  addEvaluationDatasets,
  addTraces,
  addScorers,
  addDeletionTimes,
  addIncomingPoints,
  addIncomingMetrics,
]
