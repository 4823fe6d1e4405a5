import { isRunStatus, type RunStatus } from '../../protocol/runs.ts'

/** As MLflow's files number them (mlflow/protos/service.proto, RunStatus). */
const byNumber: readonly (RunStatus | undefined)[] = [undefined, 'RUNNING', 'SCHEDULED', 'FINISHED', 'FAILED', 'KILLED']

/** A status by its name or its number; what is neither has ended somehow. */
export function toRunStatus(text: string): RunStatus {
  return isRunStatus(text) ? text : (byNumber[Number(text)] ?? 'FINISHED')
}
