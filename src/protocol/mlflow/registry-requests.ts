import { modelStages, type ModelStage } from '../registered-models.ts'
import { checked, filled, flag, invalid, listOf, message, required, text, withDefault, type Field } from './fields.ts'
import { parseModelVersionFilter, parseRegisteredModelFilter } from './filter.ts'
import { maybeRunId } from './id-fields.ts'
import { keyValue, toRegistryTag } from './key-values.ts'
import { checkAlias, checkLength, checkNewAlias, checkRegisteredModelName, limits } from './names.ts'
import { parseModelVersionOrder, parseRegisteredModelOrder } from './order-by.ts'
import { pageSize } from './page-size.ts'

const name = checkedText(required(text), checkRegisteredModelName)
const description = checkedText(text, (value) => checkLength(value, limits.registryTagValue, 'description'))
const tags = checked(listOf(keyValue), (tags) => tags.map(toRegistryTag))

/** As Python's `int` reads it. */
const version = checked(required(text), (written, path) => {
  const number = /^\s*\+?\d{1,15}\s*$/.test(written) ? Number(written) : undefined
  return number ?? refuseVersion(written, path)
})

const stages = checked(listOf(text), (stages) => stages.map(toStage))

export const oneRegisteredModel = message({ name })
export const createRegisteredModel = message({ name, tags, description })
export const updateRegisteredModel = message({ name, description })
export const renameRegisteredModel = message({
  name,
  new_name: checkedText(required(text), (newName) => {
    if (newName.trim() === '') throw invalid("Missing value for required parameter 'new_name'.")
    checkRegisteredModelName(newName)
  }),
})
export const latestVersions = message({ name, stages })
export const setRegisteredModelTag = message({ name, key: required(text), value: withDefault(text, '') })
export const deleteRegisteredModelTag = message({ name, key: required(text) })
export const setAlias = message({ name, alias: checkedText(required(text), checkNewAlias), version })
export const oneAlias = message({ name, alias: checkedText(required(text), checkAlias) })

export const searchRegisteredModels = message({
  filter: checked(filled(text), parseRegisteredModelFilter),
  max_results: withDefault(pageSize(limits.registeredModelPage), 100),
  order_by: checked(listOf(text), parseRegisteredModelOrder),
  page_token: filled(text),
})

export const oneModelVersion = message({ name, version })
export const modelVersionArtifact = message({ name, version, path: required(text) })
export const createModelVersion = message({
  name,
  source: required(text),
  run_id: filled(maybeRunId),
  tags,
  run_link: text,
  description,
  model_id: filled(text),
})
export const updateModelVersion = message({ name, version, description })
export const transitionStage = message({
  name,
  version,
  stage: checked(required(text), toStage),
  archive_existing_versions: withDefault(flag, false),
})
export const setModelVersionTag = message({ name, version, key: required(text), value: withDefault(text, '') })
export const deleteModelVersionTag = message({ name, version, key: required(text) })

export const searchModelVersions = message({
  filter: checked(filled(text), parseModelVersionFilter),
  max_results: withDefault(pageSize(limits.modelVersionPage), limits.modelVersionPage),
  order_by: checked(listOf(text), parseModelVersionOrder),
  page_token: filled(text),
})

function checkedText<Absent>(field: Field<string, Absent>, check: (value: string) => void): Field<string, Absent> {
  return checked(field, (value) => {
    check(value)
    return value
  })
}

function refuseVersion(written: string, path: string): never {
  throw invalid(`Parameter '${path}' must be an integer, got '${written}'.`)
}

function toStage(written: string): ModelStage {
  const stage = modelStages.find((known) => known.toLowerCase() === written.toLowerCase())
  if (stage !== undefined) return stage
  throw invalid(`Invalid Model Version stage: ${written}. Value must be one of ${modelStages.join(', ')}.`)
}
