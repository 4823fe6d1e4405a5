import type { Migration } from '../store/database.ts'

/**
 * What runs, data and models have to do with each other stands in the tables of tracking and registry; these indexes
 * let it be followed backwards too.
 *
 * - `datasets_by_digest`, `datasets_by_md5`: one version may be known in several experiments and by several paths.
 *   Where DVC alone wrote a `.dvc` file, a version has no SHA-256, and its md5 leads to the same version with one.
 * - `written_data`: the few runs that wrote a version, beside the many that read it.
 */
const addIndexes: Migration = {
  number: 7,
  name: 'data and models can be followed to their runs',
  statements: {
    sqlite: [
      'create index datasets_by_digest on datasets (digest)',
      `create index datasets_by_md5 on datasets (case when json_valid(source) then source ->> 'md5' end)
         where source_type = 'runwright_data'`,
      'create index inputs_by_dataset on inputs (dataset, run)',
      `create index written_data on input_tags (dataset, run)
         where key = 'mlflow.data.context' and value = 'output'`,
      'create index models_by_run on models (source_run_id)',
      'create index runs_by_model on run_models (model_id, direction, run)',
      'create index model_versions_by_model on model_versions (model_id)',
      `create index model_versions_by_data on model_version_tags (value, model_version)
         where key = 'runwright.data.digest'`,
    ],
    // Hashed where a client may send longer texts than an index of PostgreSQL sorts.
    postgres: [
      'create index datasets_by_digest on datasets (digest)',
      `create index datasets_by_md5 on datasets using hash (json_member(source, 'md5'))
         where source_type = 'runwright_data'`,
      'create index inputs_by_dataset on inputs (dataset, run)',
      `create index written_data on input_tags (dataset, run)
         where key = 'mlflow.data.context' and value = 'output'`,
      'create index models_by_run on models (source_run_id)',
      'create index runs_by_model on run_models (model_id, direction, run)',
      'create index model_versions_by_model on model_versions (model_id)',
      `create index model_versions_by_data on model_version_tags using hash (value)
         where key = 'runwright.data.digest'`,
    ],
  },
}

export const lineageMigrations: readonly Migration[] = [addIndexes]
