import { bypassProxy } from '../../base/bypass-proxy.ts'
import { withoutEditorVariables } from '../../base/editor-variables.ts'
import { attemptVariable } from '../../protocol/jobs.ts'
import type { Attempt } from '../target.ts'

/** What belongs to the engine, and what would lead an MLflow client in the command elsewhere than to its run. */
const dropped: ReadonlySet<string> = new Set([
  attemptVariable,
  'MLFLOW_EXPERIMENT_NAME',
  'MLFLOW_RUN_ID',
  'MLFLOW_TRACKING_PASSWORD',
  'MLFLOW_TRACKING_TOKEN',
  'MLFLOW_TRACKING_URI',
  'MLFLOW_TRACKING_USERNAME',
  'NODE_CHANNEL_FD',
  'RUNWRIGHT_CHECKPOINT_DIR',
  'RUNWRIGHT_PRECISION',
])

/**
 * The environment of a command on this machine: the engine's, then what the attempt has, the later ones first.
 *
 * @param devices what makes its GPUs the only ones it sees
 */
export function localEnvironment(
  engine: Readonly<Record<string, string | undefined>>,
  { spec, env, secrets }: Pick<Attempt, 'spec' | 'env' | 'secrets'>,
  devices: Readonly<Record<string, string>>,
): Record<string, string> {
  const inherited = Object.fromEntries(
    Object.entries(withoutEditorVariables(engine)).flatMap(([name, value]) =>
      value === undefined || dropped.has(name) ? [] : [[name, value]],
    ),
  )
  const own: Record<string, string> = { ...inherited, ...spec.env, ...env, ...secrets }
  const tracking = own['MLFLOW_TRACKING_URI']
  const host = tracking !== undefined && URL.canParse(tracking) ? new URL(tracking).hostname : undefined
  return { ...own, ...(host === undefined ? {} : bypassProxy(own, host)), ...devices }
}
