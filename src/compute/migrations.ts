import type { Migration } from '../store/database.ts'
import { postgresTypes } from '../store/postgres-types.ts'

const { id, text } = postgresTypes

/**
 * The tables of the feature, after those of the registry.
 *
 * - A job names its run and experiment as text, as the wire has them.
 * - What a job is (`spec`) is kept as it was launched; where it stands is what `job-state.ts` steps.
 */
const createTables: Migration = {
  number: 6,
  name: 'jobs',
  statements: {
    sqlite: [
      `create table jobs (
         id integer primary key,
         job_id text not null unique,
         launch_key text not null unique,
         run_id text not null unique,
         experiment_id text not null,
         name text not null,
         spec text not null,
         created_at integer not null,
         promoted_at integer,
         phase text not null,
         is_doubtful integer not null,
         is_cancel_requested integer not null,
         retries_left integer not null,
         outcome_status text,
         outcome_reason text
       ) strict`,
      `create index live_jobs on jobs (id) where phase <> 'ended'`,
      'create index jobs_by_experiment on jobs (experiment_id)',
      `create table job_attempts (
         job integer not null references jobs,
         number integer not null,
         handle text,
         gpus text not null,
         submitted_at integer,
         started_at integer,
         exit text,
         log_offset integer not null,
         primary key (job, number)
       ) without rowid, strict`,
    ],
    postgres: [
      `create table jobs (
         id ${id},
         job_id ${text} not null unique,
         launch_key ${text} not null unique,
         run_id ${text} not null unique,
         experiment_id ${text} not null,
         name ${text} not null,
         spec ${text} not null,
         created_at bigint not null,
         promoted_at bigint,
         phase ${text} not null,
         is_doubtful bigint not null,
         is_cancel_requested bigint not null,
         retries_left bigint not null,
         outcome_status ${text},
         outcome_reason ${text}
       )`,
      `create index live_jobs on jobs (id) where phase <> 'ended'`,
      'create index jobs_by_experiment on jobs (experiment_id)',
      `create table job_attempts (
         job bigint not null references jobs,
         number bigint not null,
         handle ${text},
         gpus ${text} not null,
         submitted_at bigint,
         started_at bigint,
         exit ${text},
         log_offset bigint not null,
         primary key (job, number)
       )`,
    ],
  },
}

export const computeMigrations: readonly Migration[] = [createTables]
