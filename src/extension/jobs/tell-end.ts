import type { Job } from '../../protocol/jobs.ts'
import type { CommandContext } from '../context.ts'
import { localize } from '../localize.ts'
import { describeEnd } from './end-notice.ts'
import { openRunOfJob } from './open-run.ts'

/** Tells the end of a long job, unless its page or its log is open. Settles when the notification is answered or gone. */
export async function tellEnd(context: CommandContext, connectionId: string, job: Job): Promise<void> {
  const { vscode, jobLogs, jobPages } = context
  const seconds = vscode.workspace.getConfiguration('runwright').get<number>('notifyAfterSeconds', 60)
  const isSeen = jobPages.isOpen(job) || jobLogs.isOpen(job)
  const notice = isSeen ? undefined : describeEnd(job, seconds * 1000, Date.now())
  if (notice === undefined) return
  const [openJob, openRun] = [localize('Open Job'), localize('Open Run')]
  const show = notice.severity === 'warning' ? vscode.window.showWarningMessage : vscode.window.showInformationMessage
  const answer = await show(notice.text, openJob, openRun)
  if (answer === openJob) jobPages.open(connectionId, job)
  if (answer === openRun) await openRunOfJob(context, connectionId, job)
}
