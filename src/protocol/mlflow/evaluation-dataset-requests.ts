import { type NewDatasetRecord, type RecordSource, recordSourceTypes } from '../evaluation-datasets.ts'
import { isExactRecord, numberText, parseExactJson } from '../exact-json.ts'
import type { Tag } from '../runs.ts'
import { checked, type Field, filled, invalid, listOf, message, required, text, withDefault } from './fields.ts'
import { parseEvaluationDatasetFilter } from './filter.ts'
import { experimentId } from './id-fields.ts'
import { checkKey, checkLength, limits } from './names.ts'
import { parseEvaluationDatasetOrder } from './order-by.ts'
import { pageSize } from './page-size.ts'

/** MLflow writes the free values of these requests as JSON in a text. */
const json: Field<unknown> = checked(
  text,
  (written, path) => {
    const value = parseExactJson(written)
    return value ?? refuseJson(path, 'JSON')
  },
  { contentMediaType: 'application/json' },
)

const tags = checked(json, (value, path) => toTags(value, path))
const experimentIds = listOf(experimentId)

export const createEvaluationDataset = message({
  name: checked(required(text), (name) => {
    if (name.trim() === '') throw invalid("Missing value for required parameter 'name'.")
    checkLength(name, limits.evaluationDatasetName, 'name')
    return name
  }),
  experiment_ids: experimentIds,
  tags,
})
export const searchEvaluationDatasets = message({
  experiment_ids: experimentIds,
  filter_string: checked(filled(text), parseEvaluationDatasetFilter),
  max_results: withDefault(pageSize(limits.searchPage), 1000),
  order_by: checked(listOf(text), parseEvaluationDatasetOrder),
  page_token: filled(text),
})
export const setEvaluationDatasetTags = message({ tags: required(tags) })
export const evaluationDatasetExperiments = message({ experiment_ids: experimentIds })
export const upsertDatasetRecords = message({ records: checked(required(json), toRecords) })
export const listDatasetRecords = message({
  max_results: withDefault(pageSize(limits.searchPage), 1000),
  page_token: filled(text),
})
export const deleteDatasetRecords = message({ dataset_record_ids: listOf(text) })

/** A value that is no text is stored as its JSON; null leaves the tag out. */
function toTags(value: unknown, path: string): Tag[] {
  if (!isExactRecord(value)) return refuseJson(path, 'a JSON object of keys and values')
  return Object.entries(value).flatMap(([key, each]) => {
    if (each === null) return []
    checkKey(key, path)
    const tag = { key, value: typeof each === 'string' ? each : JSON.stringify(each) }
    checkLength(tag.value, limits.registryTagValue, `${path}.${key}`)
    return [tag]
  })
}

function toRecords(value: unknown, path: string): NewDatasetRecord[] {
  if (!Array.isArray(value)) return refuseJson(path, 'a JSON list of records')
  return value.map((record: unknown, index) => toRecord(record, `${path}[${index}]`))
}

function toRecord(record: unknown, path: string): NewDatasetRecord {
  if (!isExactRecord(record)) return refuseJson(path, 'an object')
  const member = (name: string) => {
    const value = record[name] ?? undefined
    return value === undefined || isExactRecord(value) ? value : refuseJson(`${path}.${name}`, 'an object')
  }
  return {
    inputs: member('inputs') ?? {},
    outputs: record['outputs'],
    expectations: member('expectations'),
    tags: member('tags'),
    source: toSource(member('source'), `${path}.source`),
  }
}

function toSource(source: Readonly<Record<string, unknown>> | undefined, path: string): RecordSource | undefined {
  if (source === undefined) return undefined
  const { source_type: written, source_data: data = {} } = source
  const type = recordSourceTypes.find((known) => typeof written === 'string' && known === written.toUpperCase())
  if (type === undefined) {
    throw invalid(
      `Invalid dataset record source type: ${numberText(written) ?? String(written).toUpperCase()}. ` +
        `Valid source types: [${recordSourceTypes.map((known) => `'${known}'`).join(', ')}]`,
    )
  }
  return {
    type,
    data: isExactRecord(data) ? data : data === null ? {} : refuseJson(`${path}.source_data`, 'an object'),
  }
}

function refuseJson(path: string, wanted: string): never {
  throw invalid(`Invalid value for parameter '${path}' supplied: it must be ${wanted}.`)
}
