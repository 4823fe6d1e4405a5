import type { ViewType } from '../runs.ts'
import { checked, filled, listOf, message, oneOf, required, text, withDefault } from './fields.ts'
import type { Field } from './fields.ts'
import { parseExperimentFilter } from './filter.ts'
import { experimentId } from './id-fields.ts'
import { keyValue, toExperimentTag } from './key-values.ts'
import { checkLength, limits } from './names.ts'
import { parseExperimentOrder } from './order-by.ts'
import { pageSize } from './page-size.ts'

const name = checked(required(text), (name) => {
  checkLength(name, limits.experimentName, 'name')
  return name
})

const experimentTag = checked(keyValue, toExperimentTag)

export const viewType: Field<ViewType> = oneOf(['ACTIVE_ONLY', 'DELETED_ONLY', 'ALL'])

export const createExperiment = message({
  name,
  artifact_location: filled(text),
  tags: listOf(experimentTag),
})

export const namedExperiment = message({ experiment_name: required(text) })

export const oneExperiment = message({ experiment_id: required(experimentId) })

export const updateExperiment = message({
  experiment_id: required(experimentId),
  new_name: name,
})

export const setExperimentTag = message({
  experiment_id: required(experimentId),
  key: required(text),
  value: withDefault(text, ''),
})

export const deleteExperimentTag = message({ experiment_id: required(experimentId), key: required(text) })

export const searchExperiments = message({
  view_type: withDefault(viewType, 'ACTIVE_ONLY' as const),
  max_results: withDefault(pageSize(limits.searchPage), 1000),
  order_by: checked(listOf(text), parseExperimentOrder),
  filter: checked(filled(text), parseExperimentFilter),
  page_token: filled(text),
})
