import { modelStages } from '../../protocol/registered-models.ts'
import type { SourceLoggedModel, SourceModelVersion, SourceRegisteredModel } from '../run-source.ts'
import { listArtifacts, toEntry } from './database-runs.ts'
import { listRows, type MlflowDatabase, numberOf, type Row, textOf } from './rows.ts'

export async function* readDatabaseModels(source: MlflowDatabase): AsyncGenerator<SourceLoggedModel> {
  const { database } = source
  const rows = listRows(
    database,
    'logged_models',
    `select m.*, e.name as experiment_name from logged_models m join experiments e on e.experiment_id = m.experiment_id
       where m.lifecycle_stage = 'active' and e.lifecycle_stage = 'active' order by m.creation_timestamp_ms, m.model_id`,
  )
  for (const row of rows) {
    const modelId = textOf(row, 'model_id')
    const list = (kind: 'param' | 'tag') =>
      listRows(
        database,
        `logged_model_${kind}s`,
        `select ${kind}_key as key, ${kind}_value as value from logged_model_${kind}s where model_id = ?`,
        modelId,
      ).map(toEntry)
    yield {
      modelId,
      experiment: textOf(row, 'experiment_name'),
      name: textOf(row, 'name'),
      modelType: textOf(row, 'model_type'),
      sourceRun: textOf(row, 'source_run_id'),
      creationTime: numberOf(row, 'creation_timestamp_ms') ?? 0,
      params: list('param'),
      tags: list('tag'),
      artifacts: () => listArtifacts(source, textOf(row, 'artifact_location'), modelId),
    }
  }
}

export async function* readDatabaseRegisteredModels(source: MlflowDatabase): AsyncGenerator<SourceRegisteredModel> {
  const { database } = source
  for (const row of listRows(database, 'registered_models', 'select * from registered_models order by name')) {
    const name = textOf(row, 'name')
    const aliases = listRows(
      database,
      'registered_model_aliases',
      'select alias, version from registered_model_aliases where name = ? order by alias',
      name,
    )
    const versions = listRows(
      database,
      'model_versions',
      `select * from model_versions where name = ? and current_stage <> 'Deleted_Internal' order by version`,
      name,
    )
    yield {
      name,
      description: textOf(row, 'description'),
      tags: listRows(
        database,
        'registered_model_tags',
        'select key, value from registered_model_tags where name = ? order by key',
        name,
      ).map(toEntry),
      versions: versions.map((version) => readVersion(source, version, aliases)),
    }
  }
}

function readVersion({ database }: MlflowDatabase, row: Row, aliases: readonly Row[]): SourceModelVersion {
  const version = numberOf(row, 'version') ?? 0
  const storage = textOf(row, 'storage_location')
  return {
    version,
    description: textOf(row, 'description'),
    source: storage === '' ? textOf(row, 'source') : storage,
    run: textOf(row, 'run_id'),
    modelId: /^models:\/(m-[0-9a-f]{32})$/.exec(textOf(row, 'source'))?.[1] ?? '',
    stage: modelStages.find((stage) => stage === row['current_stage']) ?? 'None',
    creationTime: numberOf(row, 'creation_time') ?? 0,
    tags: listRows(
      database,
      'model_version_tags',
      'select key, value from model_version_tags where name = ? and version = ? order by key',
      textOf(row, 'name'),
      String(version),
    ).map(toEntry),
    aliases: aliases.filter((alias) => Number(alias['version']) === version).map((alias) => textOf(alias, 'alias')),
  }
}
