import type { Migration } from '../../store/database.ts'
import { postgresTypes } from '../../store/postgres-types.ts'

const { id, text } = postgresTypes

/** Scorers and their versions. A scorer whose last version is deleted alone keeps its row, and its name with it. */
export const addScorers: Migration = {
  number: 11,
  name: 'scorers',
  statements: {
    sqlite: [
      `create table scorers (
         id integer primary key,
         scorer_id text not null unique,
         experiment integer not null references experiments,
         name text not null,
         unique (experiment, name)
       ) strict`,
      `create table scorer_versions (
         scorer integer not null references scorers,
         version integer not null,
         serialized text not null,
         creation_time integer not null,
         primary key (scorer, version)
       ) strict`,
      `create table online_scorings (
         scorer integer primary key references scorers,
         config_id text not null,
         sample_rate real not null,
         filter text
       ) strict`,
    ],
    postgres: [
      `create table scorers (
         id ${id},
         scorer_id ${text} not null unique,
         experiment bigint not null references experiments,
         name ${text} not null,
         unique (experiment, name)
       )`,
      `create table scorer_versions (
         scorer bigint not null references scorers,
         version bigint not null,
         serialized ${text} not null,
         creation_time bigint not null,
         primary key (scorer, version)
       )`,
      `create table online_scorings (
         scorer bigint primary key references scorers,
         config_id ${text} not null,
         sample_rate double precision not null,
         filter ${text}
       )`,
    ],
  },
}
