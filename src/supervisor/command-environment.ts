import { bypassProxy } from '../base/bypass-proxy.ts'
import type { Param, Run } from '../protocol/runs.ts'

/**
 * Variables that would lead an MLflow client in the command elsewhere than to its run, and those that belong to the
 * process that supervises it.
 */
const dropped: ReadonlySet<string> = new Set([
  'MLFLOW_TRACKING_URI',
  'MLFLOW_TRACKING_TOKEN',
  // The client prefers these to the token.
  'MLFLOW_TRACKING_USERNAME',
  'MLFLOW_TRACKING_PASSWORD',
  // The client refuses a name that is not the one of the id.
  'MLFLOW_EXPERIMENT_NAME',
  'MLFLOW_RUN_ID',
  'ELECTRON_RUN_AS_NODE',
])

/**
 * The environment of a supervised command: an unchanged MLflow client logs to the run, and `RUNWRIGHT_PARAMS` holds
 * the params as one JSON object of strings.
 */
export function commandEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  run: Run,
  tracking: { readonly uri: string; readonly token?: string },
  params: readonly Param[],
): Record<string, string> {
  return {
    ...Object.fromEntries(
      Object.entries(env).flatMap(([name, value]) => (value === undefined || dropped.has(name) ? [] : [[name, value]])),
    ),
    // Behind a proxy, clients would ask it for the engine on this machine.
    ...bypassProxy(env, new URL(tracking.uri).hostname),
    MLFLOW_TRACKING_URI: tracking.uri,
    ...(tracking.token === undefined ? {} : { MLFLOW_TRACKING_TOKEN: tracking.token }),
    MLFLOW_RUN_ID: run.runId,
    MLFLOW_EXPERIMENT_ID: run.experimentId,
    RUNWRIGHT_PARAMS: JSON.stringify(Object.fromEntries(params.map(({ key, value }) => [key, value]))),
  }
}
