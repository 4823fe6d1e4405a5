import { RunwrightError } from '../errors.ts'
import { parseExperimentId, parseRunId, type ExperimentId, type RunId } from '../ids.ts'
import { checked, invalid, invalidValue, orNamed, required, text, type Field } from './fields.ts'

const runIdShape = { pattern: '^[a-zA-Z0-9][A-Za-z0-9_-]{0,255}$' }

/** A run that need not be named: what cannot be an id names no run. */
export const maybeRunId: Field<RunId> = checked(
  text,
  (written) => {
    const id = parseRunId(written)
    if (id === undefined) throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `Run with id=${written} not found`)
    return id
  },
  runIdShape,
)

/** A run to look up. */
export const runId: Field<RunId, never> = orNamed('run_uuid', required(maybeRunId))

/** A run to log a batch or inputs to, where MLflow refuses what cannot be an id. */
export const runIdToLog: Field<RunId, never> = checked(
  orNamed('run_uuid', required(text)),
  (written, path) => {
    const id = parseRunId(written)
    if (id === undefined) throw invalid(`${invalidValue(path, written)}.`)
    return id
  },
  runIdShape,
)

export const experimentId: Field<ExperimentId> = checked(
  text,
  (written) => {
    const digits = /^\s*0*(0|[1-9]\d*)\s*$/.exec(written)?.[1]
    if (digits === undefined) {
      throw invalid(`Invalid experiment ID '${written}'. Experiment ID must be a valid integer.`)
    }
    const id = parseExperimentId(digits)
    if (id === undefined) throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `No Experiment with id=${digits} exists`)
    return id
  },
  { pattern: '^\\d{1,19}$' },
)

/** "Default", which every store has. */
export const defaultExperimentId = experimentId.read('0', 'experiment_id')
