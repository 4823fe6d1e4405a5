import { createHash } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import type { ImportedPoints } from '../../protocol/import.ts'
import type { DatasetInput, Tag } from '../../protocol/runs.ts'
import { listLocalFiles } from '../local-files.ts'
import { createPointColumns } from '../point-columns.ts'
import type { SourceFile, SourceRun } from '../run-source.ts'
import { findArtifactFolder } from './artifact-folder.ts'
import { listRows, type MlflowDatabase, numberOf, type Row, textOf } from './rows.ts'
import { toRunStatus } from './run-statuses.ts'

const activeRuns = `from runs r join experiments e on e.experiment_id = r.experiment_id
  where r.lifecycle_stage = 'active' and e.lifecycle_stage = 'active'`

/** @throws when it is no database of MLflow */
export function countRuns(database: DatabaseSync): number {
  return Number(database.prepare(`select count(*) as count ${activeRuns}`).get()?.['count'])
}

/** No statement is left open from one run to the next: a server could not write meanwhile. */
export async function* readDatabaseRuns(source: MlflowDatabase): AsyncGenerator<SourceRun> {
  const { database } = source
  const ids = database.prepare(`select r.run_uuid ${activeRuns} order by r.start_time, r.run_uuid`).all()
  const one = database.prepare(`select r.*, e.name as experiment_name ${activeRuns} and r.run_uuid = ?`)
  for (const id of ids) {
    const row = one.get(textOf(id, 'run_uuid'))
    if (row !== undefined) yield readRun(source, row)
  }
}

function readRun(source: MlflowDatabase, row: Row): SourceRun {
  const { database } = source
  const runId = textOf(row, 'run_uuid')
  const list = (table: string) =>
    listRows(database, table, `select key, value from ${table} where run_uuid = ? order by key`, runId).map(toEntry)
  const [params, tags] = [list('params'), list('tags')]
  const datasets = readDatasets(database, runId)
  const latest = listRows(
    database,
    'latest_metrics',
    'select * from latest_metrics where run_uuid = ? order by key',
    runId,
  )
  const endTime = numberOf(row, 'end_time')
  const content = [row, params, tags, datasets, latest]
  return {
    key: runId,
    experiment: textOf(row, 'experiment_name'),
    experimentTags: listRows(
      database,
      'experiment_tags',
      'select key, value from experiment_tags where experiment_id = ? order by key',
      textOf(row, 'experiment_id'),
    ).map(toEntry),
    name: textOf(row, 'name') || (tags.find(({ key }) => key === 'mlflow.runName')?.value ?? runId),
    status: toRunStatus(textOf(row, 'status')),
    userId: textOf(row, 'user_id'),
    startTime: numberOf(row, 'start_time') ?? 0,
    ...(endTime === undefined ? {} : { endTime }),
    params,
    tags,
    datasets,
    fingerprint: createHash('sha256').update(JSON.stringify(content)).digest('hex'),
    points: () => readPoints(database, runId),
    artifacts: () => listArtifacts(source, textOf(row, 'artifact_uri'), runId),
  }
}

export async function* listArtifacts(
  { artifactFolder }: MlflowDatabase,
  uri: string,
  id: string,
): AsyncGenerator<SourceFile> {
  const folder = findArtifactFolder(uri, id, artifactFolder)
  if (folder !== undefined) yield* listLocalFiles(folder)
}

export function toEntry(row: Row): Tag {
  return { key: textOf(row, 'key'), value: textOf(row, 'value') }
}

/** Rows that are read at a time. */
const pageLength = 5000

async function* readPoints(database: DatabaseSync, runId: string): AsyncGenerator<ImportedPoints> {
  const page = database.prepare(
    `select rowid as place, key, value, timestamp, step, is_nan from metrics where run_uuid = ? and rowid > ?
       order by rowid limit ${pageLength}`,
  )
  for (let after = 0; ;) {
    const rows = page.all(runId, after)
    const columns = createPointColumns()
    for (const row of rows) {
      const value = row['is_nan'] === 1 ? Number.NaN : (numberOf(row, 'value') ?? Number.NaN)
      columns.add(textOf(row, 'key'), numberOf(row, 'step') ?? 0, numberOf(row, 'timestamp') ?? 0, value)
      after = numberOf(row, 'place') ?? after
    }
    yield* columns.take()
    if (rows.length < pageLength) return
  }
}

function readDatasets(database: DatabaseSync, runId: string): DatasetInput[] {
  const rows = listRows(
    database,
    'inputs',
    `select d.*, i.input_uuid from inputs i join datasets d on d.dataset_uuid = i.source_id
       where i.destination_type = 'RUN' and i.destination_id = ? and i.source_type = 'DATASET' order by i.input_uuid`,
    runId,
  )
  return rows.map((row) => {
    const [schema, profile] = [textOf(row, 'dataset_schema'), textOf(row, 'dataset_profile')]
    const tags = listRows(
      database,
      'input_tags',
      'select name as key, value from input_tags where input_uuid = ? order by name',
      textOf(row, 'input_uuid'),
    )
    return {
      dataset: {
        name: textOf(row, 'name'),
        digest: textOf(row, 'digest'),
        sourceType: textOf(row, 'dataset_source_type'),
        source: textOf(row, 'dataset_source'),
        ...(schema === '' ? {} : { schema }),
        ...(profile === '' ? {} : { profile }),
      },
      tags: tags.map(toEntry),
    }
  })
}
