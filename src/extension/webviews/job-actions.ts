import type { JobPageAction } from '../../protocol/job-page-messages.ts'
import type { Job } from '../../protocol/jobs.ts'
import type { CommandContext } from '../context.ts'
import { attachDebugger } from '../jobs/attach-debugger.ts'
import { openPlace } from '../jobs/open-place.ts'
import { openRunOfJob } from '../jobs/open-run.ts'
import { retryJobs } from '../jobs/retry-jobs.ts'
import { restoreRunCode } from '../runs/restore-run-code.ts'

/** Does for a job's page what only the extension can do. */
export async function performJobAction(
  context: CommandContext,
  connectionId: string,
  job: Job,
  action: JobPageAction,
): Promise<void> {
  switch (action.kind) {
    case 'retry':
      return retryJobs(context, [{ connectionId, job }])
    case 'open-run':
      return openRunOfJob(context, connectionId, job)
    case 'open-log':
      return context.jobLogs.open(connectionId, job)
    case 'restore-code':
      return restoreRunCode(context, { connectionId, runId: job.runId })
    case 'attach-debugger':
      return attachDebugger(context, connectionId, job)
    case 'copy':
      return context.vscode.env.clipboard.writeText(action.text)
    case 'open-place':
      return openPlace(context, connectionId, job, action)
  }
}
