import type { RunwrightError } from '../errors.ts'
import { checked, double, filled, integer, invalid, listOf, message, required, text } from './fields.ts'
import { parseTraceFilter } from './filter.ts'
import { experimentId } from './id-fields.ts'
import { checkLength, limits } from './names.ts'
import { checkSerializedScorer } from './serialized-scorer.ts'

const ofExperiment = required(experimentId)

const scorer = { experiment_id: ofExperiment, name: required(text) }

export const registerScorer = message({
  experiment_id: ofExperiment,
  name: checked(required(text), (name) => {
    if (name.trim() === '') throw invalid('Scorer name cannot be empty or contain only whitespace.')
    checkLength(name, limits.scorerName, 'name')
    return name
  }),
  serialized_scorer: checked(required(text), (written) => {
    checkSerializedScorer(written)
    return written
  }),
})

export const listScorers = message({
  experiment_id: filled(experimentId),
  experiment_ids: listOf(experimentId),
})

export function bothExperiments(): RunwrightError {
  return invalid(
    "Cannot specify both 'experiment_id' and 'experiment_ids'. Use 'experiment_ids' to scope the query to multiple " +
      "experiments, or 'experiment_id' to scope it to a single experiment.",
  )
}

export const scorerVersions = message(scorer)

/** Without a version the highest one is meant, or in a deletion all. */
export const oneScorer = message({ ...scorer, version: integer })

export const onlineScorings = message({ scorer_ids: required(listOf(text)) })

export const setOnlineScoring = message({
  ...scorer,
  sample_rate: checked(required(double), (rate) => {
    if (rate >= 0 && rate <= 1) return rate
    throw invalid(`sample_rate must be between 0.0 and 1.0, got ${rate}`)
  }),
  filter_string: checked(text, (filter) => {
    if (filter !== '') parseTraceFilter(filter)
    return filter
  }),
})
