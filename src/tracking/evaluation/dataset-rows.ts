import { RunwrightError } from '../../protocol/errors.ts'
import type { EvaluationDataset } from '../../protocol/evaluation-datasets.ts'
import type { ExperimentId } from '../../protocol/ids.ts'
import type { Tag } from '../../protocol/runs.ts'
import type { Sql, SqlRow } from '../../store/database.ts'
import { findText, getNumber, getText } from '../../store/row.ts'
import { toExperimentId } from '../experiment-rows.ts'

export async function findDatasetRow(sql: Sql, datasetId: string): Promise<SqlRow | undefined> {
  return sql.get('select * from evaluation_datasets where dataset_id = ?', datasetId)
}

/** @throws RESOURCE_DOES_NOT_EXIST */
export async function getDatasetRow(sql: Sql, datasetId: string): Promise<SqlRow> {
  const row = await findDatasetRow(sql, datasetId)
  if (row !== undefined) return row
  throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `Evaluation dataset with id '${datasetId}' not found`)
}

/** Gives rows of `evaluation_datasets` their tags, experiments and counts, in a fixed number of statements. */
export async function loadDatasets(sql: Sql, rows: readonly SqlRow[]): Promise<EvaluationDataset[]> {
  const ids = JSON.stringify(rows.map((row) => getNumber(row, 'id')))
  const tags = await loadGroups(sql, ids, 'select dataset, key, value from evaluation_dataset_tags', 'key', toTag)
  const links = 'select dataset, experiment from evaluation_dataset_experiments'
  const experiments = await loadGroups(sql, ids, links, 'experiment', toLinkedId)
  const counts = new Map<number, number>()
  const counted = await sql.all(
    `select dataset, count(*) as count from dataset_records
       where dataset in (select cast(value as bigint) from json_each(?)) group by dataset`,
    ids,
  )
  for (const row of counted) counts.set(getNumber(row, 'dataset'), getNumber(row, 'count'))
  return rows.map((row) => {
    const id = getNumber(row, 'id')
    return {
      ...toDataset(row),
      tags: tags.get(id) ?? [],
      experimentIds: experiments.get(id) ?? [],
      recordCount: counts.get(id) ?? 0,
    }
  })
}

async function loadGroups<Item>(
  sql: Sql,
  ids: string,
  select: string,
  order: string,
  toItem: (row: SqlRow) => Item,
): Promise<Map<number, Item[]>> {
  const rows = await sql.all(
    `${select} where dataset in (select cast(value as bigint) from json_each(?)) order by ${order}`,
    ids,
  )
  const groups = Map.groupBy(rows, (row) => getNumber(row, 'dataset'))
  return new Map([...groups].map(([id, group]) => [id, group.map(toItem)]))
}

function toTag(row: SqlRow): Tag {
  return { key: getText(row, 'key'), value: getText(row, 'value') }
}

function toLinkedId(row: SqlRow): ExperimentId {
  return toExperimentId(getNumber(row, 'experiment'))
}

function toDataset(row: SqlRow): Omit<EvaluationDataset, 'tags' | 'experimentIds' | 'recordCount'> {
  const [schema, createdBy, lastUpdatedBy] = ['schema', 'created_by', 'last_updated_by'].map((c) => findText(row, c))
  return {
    datasetId: getText(row, 'dataset_id'),
    name: getText(row, 'name'),
    digest: getText(row, 'digest'),
    ...(schema === undefined ? {} : { schema }),
    createdTime: getNumber(row, 'created_time'),
    lastUpdateTime: getNumber(row, 'last_update_time'),
    ...(createdBy === undefined ? {} : { createdBy }),
    ...(lastUpdatedBy === undefined ? {} : { lastUpdatedBy }),
  }
}
