import { loggedModelStatuses } from '../logged-models.ts'
import { checked, filled, listOf, message, oneOf, required, text, withDefault } from './fields.ts'
import { parseLoggedModelFilter } from './filter.ts'
import { experimentId, maybeRunId } from './id-fields.ts'
import { keyValue, toParam, toRunTag } from './key-values.ts'
import { limits } from './names.ts'
import { loggedModelOrder } from './order-by.ts'
import { pageSize } from './page-size.ts'

const params = checked(listOf(keyValue), (params, path) => params.map((param, i) => toParam(param, `${path}[${i}].`)))
const tags = checked(listOf(keyValue), (tags, path) => tags.map((tag, i) => toRunTag(tag, `${path}[${i}].`)))

export const createLoggedModel = message({
  experiment_id: required(experimentId),
  name: filled(text),
  model_type: text,
  source_run_id: filled(maybeRunId),
  params,
  tags,
})

export const finalizeLoggedModel = message({ status: required(oneOf(loggedModelStatuses)) })

export const setLoggedModelTags = message({ tags })

export const logLoggedModelParams = message({ params })

export const searchLoggedModels = message({
  experiment_ids: required(listOf(experimentId)),
  filter: checked(filled(text), parseLoggedModelFilter),
  datasets: listOf(message({ dataset_name: required(text), dataset_digest: filled(text) }).nested),
  max_results: withDefault(pageSize(limits.searchPage), 50),
  order_by: listOf(loggedModelOrder),
  page_token: filled(text),
})

export const listLoggedModelArtifacts = message({ artifact_directory_path: filled(text), page_token: text })
