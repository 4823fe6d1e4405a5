import type { DatasetRecord, EvaluationDataset } from '../evaluation-datasets.ts'

export function writeEvaluationDataset(dataset: EvaluationDataset): object {
  const { experimentIds, recordCount, schema, createdBy, lastUpdatedBy } = dataset
  return {
    dataset_id: dataset.datasetId,
    name: dataset.name,
    tags: JSON.stringify(Object.fromEntries(dataset.tags.map(({ key, value }) => [key, value]))),
    ...(schema === undefined ? {} : { schema }),
    ...(recordCount === 0 ? {} : { profile: JSON.stringify({ num_records: recordCount }) }),
    digest: dataset.digest,
    created_time: dataset.createdTime,
    last_update_time: dataset.lastUpdateTime,
    ...(createdBy === undefined ? {} : { created_by: createdBy }),
    ...(lastUpdatedBy === undefined ? {} : { last_updated_by: lastUpdatedBy }),
    ...(experimentIds.length === 0 ? {} : { experiment_ids: experimentIds }),
  }
}

/** Records as the one JSON text that MLflow sends them in; what was stored as JSON goes into it as it is. */
export function writeDatasetRecords(records: readonly DatasetRecord[]): string {
  return `[${records.map(writeRecord).join(',')}]`
}

function writeRecord(record: DatasetRecord): string {
  const { outputs, expectations, source } = record
  const sourceId = source?.data[source.type === 'TRACE' ? 'trace_id' : 'source_id']
  const members: Readonly<Record<string, string | undefined>> = {
    dataset_record_id: JSON.stringify(record.recordId),
    dataset_id: JSON.stringify(record.datasetId),
    inputs: record.inputs,
    created_time: String(record.createdTime),
    last_update_time: String(record.lastUpdateTime),
    outputs,
    expectations,
    tags: record.tags,
    source: source && JSON.stringify({ source_type: source.type, source_data: source.data }),
    source_id: typeof sourceId === 'string' ? JSON.stringify(sourceId) : undefined,
    source_type: source && JSON.stringify(source.type),
    created_by: record.createdBy === undefined ? undefined : JSON.stringify(record.createdBy),
    last_updated_by: record.lastUpdatedBy === undefined ? undefined : JSON.stringify(record.lastUpdatedBy),
  }
  const written = Object.entries(members).flatMap(([name, text]) => (text === undefined ? [] : [`"${name}":${text}`]))
  return `{${written.join(',')}}`
}
