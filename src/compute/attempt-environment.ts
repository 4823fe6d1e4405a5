import { posix } from 'node:path'
import type { JobRecord } from './job-record.ts'
import { precisionVariables } from './launcher.ts'

/** Where commands reach the tracking server of this engine. */
export interface TrackingServer {
  /** For example `http://127.0.0.1:40123`. */
  readonly uri: string
  readonly token: string | undefined
}

/**
 * What the command of an attempt finds in its environment, beside what its target has: an unchanged MLflow client logs
 * to the run, `RUNWRIGHT_PARAMS` holds the params as one JSON object of strings, `RUNWRIGHT_OUTPUTS` what it is to write,
 * from where it runs, and what the user has set.
 */
export function attemptEnvironment({ jobId, runId, experimentId, spec, state }: JobRecord, server: TrackingServer) {
  const fromFolder = (path: string) => posix.relative(spec.workingDirectory, path)
  return {
    ...spec.env,
    MLFLOW_TRACKING_URI: server.uri,
    ...(server.token === undefined ? {} : { MLFLOW_TRACKING_TOKEN: server.token }),
    MLFLOW_RUN_ID: runId,
    MLFLOW_EXPERIMENT_ID: experimentId,
    RUNWRIGHT_PARAMS: JSON.stringify(Object.fromEntries(spec.params.map(({ key, value }) => [key, value]))),
    ...precisionVariables(spec.precision, spec.launcher),
    ...(spec.outputs === undefined ? {} : { RUNWRIGHT_OUTPUTS: JSON.stringify(spec.outputs.map(fromFolder)) }),
    RUNWRIGHT_JOB_ID: jobId,
    RUNWRIGHT_ATTEMPT: String(state.attempts.length),
  }
}
