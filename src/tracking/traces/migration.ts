import type { Migration } from '../../store/database.ts'
import { postgresTypes } from '../../store/postgres-types.ts'

const { id, text } = postgresTypes

/**
 * Traces, their spans, and what is said of them.
 *
 * - A span is the JSON that it is answered as, beside the columns that it is found by. Its start has all its nanoseconds.
 * - A link of a trace and a run names both as clients do, since it may be there before the trace is.
 * - The values of assessments are JSON, as they were sent.
 */
export const addTraces: Migration = {
  number: 10,
  name: 'traces',
  statements: {
    sqlite: [
      `create table traces (
         id integer primary key,
         trace_id text not null unique,
         experiment integer not null references experiments,
         request_time integer not null,
         execution_duration integer,
         state text not null,
         client_request_id text,
         request_preview text,
         response_preview text
       ) strict`,
      'create index traces_by_time on traces (experiment, request_time desc, trace_id)',
      `create table trace_tags (
         trace integer not null references traces,
         key text not null,
         value text not null,
         primary key (trace, key)
       ) without rowid, strict`,
      `create table trace_metadata (
         trace integer not null references traces,
         key text not null,
         value text not null,
         primary key (trace, key)
       ) without rowid, strict`,
      `create index traces_by_session on trace_metadata (value, trace) where key = 'mlflow.trace.session'`,
      `create table trace_runs (
         trace_id text not null,
         run_id text not null,
         primary key (trace_id, run_id)
       ) without rowid, strict`,
      `create table trace_prompts (
         trace integer not null references traces,
         prompt text not null,
         primary key (trace, prompt)
       ) without rowid, strict`,
      `create table spans (
         id integer primary key,
         trace integer not null references traces,
         span_id text not null,
         parent_span_id text,
         name text not null,
         type text,
         status text not null,
         start_time integer not null,
         usage text,
         cost text,
         content text not null,
         unique (trace, span_id)
       ) strict`,
      'create index spans_by_parent on spans (trace, parent_span_id)',
      `create table assessments (
         id integer primary key,
         trace integer not null references traces,
         assessment_id text not null,
         kind text not null,
         name text not null,
         value text not null,
         error text,
         source_type text not null,
         source_id text,
         span_id text,
         rationale text,
         metadata text not null,
         overrides text,
         valid integer not null default 1,
         create_time integer not null,
         last_update_time integer not null,
         unique (trace, assessment_id)
       ) strict`,
      'create index assessments_by_trace on assessments (trace, kind, name)',
    ],
    postgres: [
      `create table traces (
         id ${id},
         trace_id ${text} not null unique,
         experiment bigint not null references experiments,
         request_time bigint not null,
         execution_duration bigint,
         state ${text} not null,
         client_request_id ${text},
         request_preview ${text},
         response_preview ${text}
       )`,
      'create index traces_by_time on traces (experiment, request_time desc, trace_id)',
      `create table trace_tags (
         trace bigint not null references traces,
         key ${text} not null,
         value ${text} not null,
         primary key (trace, key)
       )`,
      `create table trace_metadata (
         trace bigint not null references traces,
         key ${text} not null,
         value ${text} not null,
         primary key (trace, key)
       )`,
      `create index traces_by_session on trace_metadata using hash (value) where key = 'mlflow.trace.session'`,
      `create table trace_runs (
         trace_id ${text} not null,
         run_id ${text} not null,
         primary key (trace_id, run_id)
       )`,
      `create table trace_prompts (
         trace bigint not null references traces,
         prompt ${text} not null,
         primary key (trace, prompt)
       )`,
      `create table spans (
         id ${id},
         trace bigint not null references traces,
         span_id ${text} not null,
         parent_span_id ${text},
         name ${text} not null,
         type ${text},
         status ${text} not null,
         start_time bigint not null,
         usage ${text},
         cost ${text},
         content ${text} not null,
         unique (trace, span_id)
       )`,
      'create index spans_by_parent on spans (trace, parent_span_id)',
      `create table assessments (
         id ${id},
         trace bigint not null references traces,
         assessment_id ${text} not null,
         kind ${text} not null,
         name ${text} not null,
         value ${text} not null,
         error ${text},
         source_type ${text} not null,
         source_id ${text},
         span_id ${text},
         rationale ${text},
         metadata ${text} not null,
         overrides ${text},
         valid bigint not null default 1,
         create_time bigint not null,
         last_update_time bigint not null,
         unique (trace, assessment_id)
       )`,
      'create index assessments_by_trace on assessments (trace, kind, name)',
    ],
  },
}
