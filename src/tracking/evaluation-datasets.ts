import { createHash } from 'node:crypto'
import type { EvaluationDataset } from '../protocol/evaluation-datasets.ts'
import type { ExperimentId } from '../protocol/ids.ts'
import type { Tag } from '../protocol/runs.ts'
import type { Sql, SqlRow } from '../store/database.ts'
import { getNumber, getText } from '../store/row.ts'
import { deleteRecords, loadRecords, userTag, writeRecords } from './evaluation/dataset-records.ts'
import { findDatasetRow, getDatasetRow, loadDatasets } from './evaluation/dataset-rows.ts'
import { searchDatasets } from './evaluation/dataset-search.ts'
import { getExperimentRow } from './experiment-rows.ts'
import type { TrackingParts } from './tracking-parts.ts'
import type { EvaluationDatasets } from './tracking.ts'

export function createEvaluationDatasets({ database, now, randomBytes }: TrackingParts): EvaluationDatasets {
  const newId = (prefix: string) => `${prefix}-${Buffer.from(randomBytes(16)).toString('hex')}`

  /** One transaction on a dataset, which then reads as it is. */
  async function change(datasetId: string, work: (sql: Sql, id: number) => Promise<void>): Promise<EvaluationDataset> {
    return database.write(async (sql) => {
      await work(sql, getNumber(await getDatasetRow(sql, datasetId), 'id'))
      return loadDataset(sql, await getDatasetRow(sql, datasetId))
    })
  }

  return {
    create: ({ name, experimentIds = [], tags = [] }) => {
      const [datasetId, time] = [newId('d'), now()]
      const user = tags.findLast(({ key }) => key === userTag)?.value ?? null
      return database.write(async (sql) => {
        await sql.run(
          `insert into evaluation_datasets
             (dataset_id, name, digest, created_time, last_update_time, created_by, last_updated_by)
             values (?, ?, ?, ?, ?, ?, ?)`,
          datasetId,
          name,
          createDigest(name, time),
          time,
          time,
          user,
          user,
        )
        const id = getNumber(await getDatasetRow(sql, datasetId), 'id')
        await writeTags(sql, id, tags)
        await linkExperiments(sql, id, experimentIds)
        return loadDataset(sql, await getDatasetRow(sql, datasetId))
      })
    },

    get: (datasetId) => database.read(async (sql) => loadDataset(sql, await getDatasetRow(sql, datasetId))),

    delete: (datasetId) =>
      database.write(async (sql) => {
        const row = await findDatasetRow(sql, datasetId)
        if (row !== undefined) await deleteDataset(sql, getNumber(row, 'id'))
      }),

    search: (experimentIds, query) => database.read((sql) => searchDatasets(sql, experimentIds, query)),

    setTags: async (datasetId, tags) => {
      await change(datasetId, (sql, id) => writeTags(sql, id, tags))
    },

    deleteTag: (datasetId, key) =>
      database.write(async (sql) => {
        const row = await findDatasetRow(sql, datasetId)
        if (row === undefined) return
        await sql.run('delete from evaluation_dataset_tags where dataset = ? and key = ?', getNumber(row, 'id'), key)
      }),

    addExperiments: (datasetId, experimentIds) =>
      change(datasetId, async (sql, id) => {
        await linkExperiments(sql, id, experimentIds)
        await sql.run('update evaluation_datasets set last_update_time = ? where id = ?', now(), id)
      }),

    removeExperiments: (datasetId, experimentIds) =>
      change(datasetId, async (sql, id) => {
        const removed = await sql.run(
          `delete from evaluation_dataset_experiments where dataset = ?
             and experiment in (select cast(value as bigint) from json_each(?))`,
          id,
          JSON.stringify(experimentIds),
        )
        if (removed > 0) await sql.run('update evaluation_datasets set last_update_time = ? where id = ?', now(), id)
      }),

    upsert: (datasetId, records) => {
      // Made before the transaction, which may run twice.
      const recordIds = records.map(() => newId('dr'))
      const time = now()
      return database.write(async (sql) => {
        const row = await getDatasetRow(sql, datasetId)
        const { user, schema, ...counts } = await writeRecords(sql, row, records, { recordIds, time })
        await sql.run(
          `update evaluation_datasets set schema = ?, digest = ?, last_update_time = ?, last_updated_by = ? where id = ?`,
          schema,
          createDigest(getText(row, 'name'), time),
          time,
          user ?? null,
          getNumber(row, 'id'),
        )
        return counts
      })
    },

    records: (datasetId, page) =>
      database.read(async (sql) => loadRecords(sql, await getDatasetRow(sql, datasetId), page)),

    deleteRecords: (datasetId, recordIds) =>
      database.write(async (sql) => deleteRecords(sql, await getDatasetRow(sql, datasetId), recordIds)),
  }
}

/** As MLflow makes it: of the name and the time of the last change. */
function createDigest(name: string, time: number): string {
  return createHash('sha256').update(`${name}:${time}`).digest('hex').slice(0, 8)
}

async function loadDataset(sql: Sql, row: SqlRow): Promise<EvaluationDataset> {
  const [dataset] = await loadDatasets(sql, [row])
  if (dataset === undefined) throw new TypeError('The dataset is gone within its own transaction.')
  return dataset
}

async function writeTags(sql: Sql, id: number, tags: readonly Tag[]): Promise<void> {
  for (const { key, value } of tags) {
    await sql.run(
      `insert into evaluation_dataset_tags (dataset, key, value) values (?, ?, ?)
         on conflict (dataset, key) do update set value = excluded.value`,
      id,
      key,
      value,
    )
  }
}

/** @throws RESOURCE_DOES_NOT_EXIST */
async function linkExperiments(sql: Sql, id: number, experimentIds: readonly ExperimentId[]): Promise<void> {
  for (const experimentId of experimentIds) {
    const experiment = getNumber(await getExperimentRow(sql, experimentId), 'id')
    await sql.run(
      `insert into evaluation_dataset_experiments (dataset, experiment) values (?, ?) on conflict do nothing`,
      id,
      experiment,
    )
  }
}

async function deleteDataset(sql: Sql, id: number): Promise<void> {
  await sql.run('delete from dataset_records where dataset = ?', id)
  await sql.run('delete from evaluation_dataset_tags where dataset = ?', id)
  await sql.run('delete from evaluation_dataset_experiments where dataset = ?', id)
  await sql.run('delete from evaluation_datasets where id = ?', id)
}
