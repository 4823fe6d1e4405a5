import { createHash } from 'node:crypto'
import {
  type DatasetRecord,
  type NewDatasetRecord,
  type RecordSource,
  recordSourceTypes,
} from '../../protocol/evaluation-datasets.ts'
import { isExactRecord, parseExactJson, writeCanonicalJson } from '../../protocol/exact-json.ts'
import type { Sql, SqlRow } from '../../store/database.ts'
import { findText, getNumber, getText } from '../../store/row.ts'
import { createPageToken, parsePageToken } from '../page-token.ts'
import type { Page } from '../tracking.ts'
import { extendSchema } from './dataset-schema.ts'

/** By this tag clients tell who they are. */
export const userTag = 'mlflow.user'

interface WrittenRecords {
  readonly inserted: number
  readonly updated: number
  readonly schema: string | null
  /** Who wrote them, when that was told. */
  readonly user: string | undefined
}

/**
 * Stores records of a dataset: those of equal inputs are one.
 *
 * @param made ids for the records that are new, and the time in milliseconds
 */
export async function writeRecords(
  sql: Sql,
  dataset: SqlRow,
  records: readonly NewDatasetRecord[],
  made: { readonly recordIds: readonly string[]; readonly time: number },
): Promise<WrittenRecords> {
  const id = getNumber(dataset, 'id')
  let [inserted, updated] = [0, 0]
  let user: string | undefined
  for (const [index, record] of records.entries()) {
    const inputs = writeCanonicalJson(record.inputs)
    const hash = createHash('sha256').update(inputs).digest('hex')
    const known = await sql.get('select * from dataset_records where dataset = ? and input_hash = ?', id, hash)
    user = userOf(record) ?? user
    if (known === undefined) {
      await insertRecord(sql, { dataset: id, hash, record, recordId: made.recordIds[index] ?? '', time: made.time })
      inserted++
    } else {
      await updateRecord(sql, known, record, made.time)
      updated++
    }
  }
  return { inserted, updated, schema: extendSchema(findText(dataset, 'schema'), records), user }
}

async function insertRecord(
  sql: Sql,
  added: { dataset: number; hash: string; record: NewDatasetRecord; recordId: string; time: number },
): Promise<void> {
  const { inputs, outputs = {}, expectations, tags = {}, source } = added.record
  const user = userOf(added.record) ?? null
  await sql.run(
    `insert into dataset_records (record_id, dataset, input_hash, inputs, outputs, expectations, tags, source,
       created_time, last_update_time, created_by, last_updated_by) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    added.recordId,
    added.dataset,
    added.hash,
    JSON.stringify(inputs),
    outputs === null ? null : JSON.stringify(outputs),
    expectations === undefined ? null : JSON.stringify(expectations),
    JSON.stringify(tags),
    source === undefined ? null : JSON.stringify(source),
    added.time,
    added.time,
    user,
    user,
  )
}

/** What is given goes over what there is: outputs as a whole, expectations and tags key by key. */
async function updateRecord(sql: Sql, known: SqlRow, record: NewDatasetRecord, time: number): Promise<void> {
  const { outputs, expectations, tags } = record
  const kept = findText(known, 'outputs') ?? null
  await sql.run(
    `update dataset_records set outputs = ?, expectations = ?, tags = ?, last_update_time = ?,
       last_updated_by = coalesce(?, last_updated_by) where id = ?`,
    outputs === undefined ? kept : outputs === null ? null : JSON.stringify(outputs),
    mergeKeys(findText(known, 'expectations'), expectations),
    mergeKeys(getText(known, 'tags'), tags) ?? '{}',
    time,
    userOf(record) ?? null,
    getNumber(known, 'id'),
  )
}

function mergeKeys(stored: string | undefined, given: Readonly<Record<string, unknown>> | undefined): string | null {
  if (given === undefined) return stored ?? null
  const before = parseExactJson(stored ?? '{}')
  return JSON.stringify({ ...(isExactRecord(before) ? before : {}), ...given })
}

function userOf({ tags }: NewDatasetRecord): string | undefined {
  const user = tags?.[userTag]
  return typeof user === 'string' ? user : undefined
}

/** In the order in which they were first stored. */
export async function loadRecords(
  sql: Sql,
  dataset: SqlRow,
  { limit, pageToken }: { readonly limit: number; readonly pageToken?: string | undefined },
): Promise<Page<DatasetRecord>> {
  // The token names the last row that was sent, so that no page is lost or doubled by what is stored meanwhile.
  const rows = await sql.all(
    'select * from dataset_records where dataset = ? and id > ? order by id limit ?',
    getNumber(dataset, 'id'),
    parsePageToken(pageToken),
    limit + 1,
  )
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  return {
    items: shown.map((row) => toRecord(row, getText(dataset, 'dataset_id'))),
    ...(rows.length > limit && last !== undefined ? { nextPageToken: createPageToken(getNumber(last, 'id')) } : {}),
  }
}

function toRecord(row: SqlRow, datasetId: string): DatasetRecord {
  const columns = ['outputs', 'expectations', 'created_by', 'last_updated_by'] as const
  const [outputs, expectations, createdBy, lastUpdatedBy] = columns.map((column) => findText(row, column))
  const source = findText(row, 'source')
  return {
    recordId: getText(row, 'record_id'),
    datasetId,
    inputs: getText(row, 'inputs'),
    ...(outputs === undefined ? {} : { outputs }),
    ...(expectations === undefined ? {} : { expectations }),
    tags: getText(row, 'tags'),
    ...(source === undefined ? {} : { source: toSource(source) }),
    createdTime: getNumber(row, 'created_time'),
    lastUpdateTime: getNumber(row, 'last_update_time'),
    ...(createdBy === undefined ? {} : { createdBy }),
    ...(lastUpdatedBy === undefined ? {} : { lastUpdatedBy }),
  }
}

function toSource(stored: string): RecordSource {
  const value = parseExactJson(stored)
  const { type, data } = isExactRecord(value) ? value : {}
  return {
    type: recordSourceTypes.find((known) => known === type) ?? 'UNSPECIFIED',
    data: isExactRecord(data) ? data : {},
  }
}

/** Resolves to how many there were. */
export async function deleteRecords(sql: Sql, dataset: SqlRow, recordIds: readonly string[]): Promise<number> {
  return sql.run(
    'delete from dataset_records where dataset = ? and record_id in (select value from json_each(?))',
    getNumber(dataset, 'id'),
    JSON.stringify(recordIds),
  )
}
