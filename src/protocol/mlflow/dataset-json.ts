import type { DatasetInput } from '../runs.ts'
import { checked, listOf, message, required, text, withDefault } from './fields.ts'
import { keyValue } from './key-values.ts'
import { checkLength, limits } from './names.ts'

const dataset = message({
  name: required(text),
  digest: required(text),
  source_type: withDefault(text, ''),
  source: withDefault(text, ''),
  schema: text,
  profile: text,
}).nested

/** A dataset that a run read, and tags such as `mlflow.data.context` = `training`. */
export const datasetInput = checked(
  message({ tags: listOf(keyValue), dataset: required(dataset) }).nested,
  (input): DatasetInput => {
    const { name, digest, source, schema = '', profile = '' } = input.dataset
    checkLength(name, limits.datasetName, 'name')
    checkLength(digest, limits.datasetDigest, 'digest')
    checkLength(source, limits.datasetSource, 'source')
    checkLength(schema, limits.datasetSchema, 'schema')
    checkLength(profile, limits.datasetProfile, 'profile')
    for (const { key, value } of input.tags) {
      checkLength(key, limits.inputTagKey, 'key')
      checkLength(value, limits.inputTagValue, 'value')
    }
    return input
  },
)

export function writeDatasetInput({ dataset, tags }: DatasetInput): unknown {
  const { sourceType, ...rest } = dataset
  return { ...(tags.length === 0 ? {} : { tags }), dataset: { ...rest, source_type: sourceType } }
}
