import type { RunId } from '../protocol/ids.ts'
import { isRecord, parseForeignJson } from '../protocol/json.ts'
import { invalid } from '../protocol/mlflow/fields.ts'
import type { Runs } from './tracking.ts'

/** The tag in which MLflow 2 clients look for the models of a run. */
export const historyTag = 'mlflow.log-model.history'

const mandatory = ['artifact_path', 'flavors', 'utc_time_created', 'run_id']

/**
 * Appends a model's MLmodel, as clients up to MLflow 2 send it, to a run's list of models, one at a time since the
 * list is one tag's value.
 *
 * @throws INVALID_PARAMETER_VALUE when it is no MLmodel
 */
export function createModelHistory(runs: Runs): (runId: RunId, modelJson: string) => Promise<void> {
  async function append(runId: RunId, entry: object): Promise<void> {
    const { tags } = await runs.get(runId)
    const previous = tags.find(({ key }) => key === historyTag)?.value
    const history: unknown = previous === undefined ? [] : JSON.parse(previous)
    const value = JSON.stringify([...(Array.isArray(history) ? history : []), entry])
    await runs.logBatch(runId, { tags: [{ key: historyTag, value }] })
  }
  let last: Promise<unknown> = Promise.resolve()
  return (runId, modelJson) => {
    const entry = parseModel(modelJson)
    const appending = last.then(() => append(runId, entry))
    last = appending.catch(() => {})
    return appending
  }
}

function parseModel(modelJson: string): object {
  const model = parseForeignJson(modelJson)
  if (!isRecord(model)) throw invalid(`Malformed model info. \n ${modelJson} \n is not a valid JSON.`)
  const missing = mandatory.filter((name) => !Object.hasOwn(model, name))
  if (missing.length > 0) throw invalid(`Model json is missing mandatory fields: ${missing.join(', ')}`)
  const kept = ['run_id', 'utc_time_created', 'artifact_path', 'model_uuid', 'flavors']
  return Object.fromEntries(Object.entries(model).filter(([name]) => kept.includes(name)))
}
