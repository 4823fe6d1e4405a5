import type { Experiment } from '../experiments.ts'
import { parseExperimentId } from '../ids.ts'
import { integer, invalid, listOf, message, required, text, withDefault } from './fields.ts'
import { keyValue } from './key-values.ts'

export function writeExperiment(experiment: Experiment): unknown {
  return {
    experiment_id: experiment.experimentId,
    name: experiment.name,
    artifact_location: experiment.artifactLocation,
    lifecycle_stage: experiment.lifecycleStage,
    last_update_time: experiment.lastUpdateTime,
    creation_time: experiment.creationTime,
    ...(experiment.tags.length === 0 ? {} : { tags: experiment.tags }),
  }
}

const experiment = message({
  experiment_id: required(text),
  name: required(text),
  artifact_location: withDefault(text, ''),
  lifecycle_stage: withDefault(text, 'active'),
  last_update_time: withDefault(integer, 0),
  creation_time: withDefault(integer, 0),
  tags: listOf(keyValue),
})

/** As `writeExperiment` gives it. */
export const experimentShape = experiment.shape

/** Reads an experiment as an MLflow server answers it. @throws INVALID_PARAMETER_VALUE naming the field */
export function parseExperiment(json: unknown): Experiment {
  const read = experiment.parse(json)
  const experimentId = parseExperimentId(read.experimentId)
  if (experimentId === undefined) throw invalid(`Experiment '${read.experimentId}': not an id.`)
  return { ...read, experimentId, lifecycleStage: read.lifecycleStage === 'deleted' ? 'deleted' : 'active' }
}
