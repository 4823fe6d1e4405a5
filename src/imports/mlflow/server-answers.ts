import { checked, integer, listOf, message, required, text, withDefault } from '../../protocol/mlflow/fields.ts'
import { readAnswer } from '../../client/mlflow-answers.ts'

const words = withDefault(text, '')
const time = withDefault(integer, 0)
const keyValue = message({ key: required(text), value: words }).nested

const loggedModelInfo = message({
  model_id: required(text),
  experiment_id: words,
  name: words,
  creation_timestamp_ms: time,
  artifact_uri: words,
  model_type: words,
  source_run_id: words,
  tags: listOf(keyValue),
}).nested
const loggedModelData = message({ params: listOf(keyValue) }).nested
const loggedModelPage = message({
  models: listOf(message({ info: required(loggedModelInfo), data: loggedModelData }).nested),
  next_page_token: text,
})

const alias = message({ alias: required(text), version: words }).nested
const registeredModelPage = message({
  registered_models: listOf(
    message({ name: required(text), description: words, tags: listOf(keyValue), aliases: listOf(alias) }).nested,
  ),
  next_page_token: text,
})

const versionNumber = required(checked(text, Number))
const versionPage = message({
  model_versions: listOf(
    message({
      version: versionNumber,
      description: words,
      source: words,
      run_id: words,
      model_id: words,
      current_stage: words,
      creation_timestamp: time,
      tags: listOf(keyValue),
    }).nested,
  ),
  next_page_token: text,
})

export const parseLoggedModels = (body: unknown) => readAnswer(loggedModelPage, body)
export const parseRegisteredModels = (body: unknown) => readAnswer(registeredModelPage, body)
export const parseModelVersions = (body: unknown) => readAnswer(versionPage, body)
