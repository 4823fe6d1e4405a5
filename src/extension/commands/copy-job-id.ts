import { defineCommand } from '../command.ts'
import { isJobElement } from '../jobs/element.ts'

export default defineCommand({
  id: 'runwright.copyJobId',
  title: 'Copy Job ID',
  view: 'jobs',
  appliesTo: 'viewItem =~ /^job /',
  menu: '3_copy@1',
  accepts: isJobElement,
  async run({ vscode }, jobs) {
    await vscode.env.clipboard.writeText(jobs.map(({ job }) => job.jobId).join('\n'))
  },
})
