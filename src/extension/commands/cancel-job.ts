import { defineCommand } from '../command.ts'
import { isJobElement } from '../jobs/element.ts'

export default defineCommand({
  id: 'runwright.cancelJob',
  title: 'Cancel Job',
  icon: '$(debug-stop)',
  view: 'jobs',
  appliesTo: String.raw`viewItem =~ /^job .*\bcancellable\b/`,
  menu: 'inline',
  accepts: isJobElement,
  async run({ connections }, jobs) {
    for (const { connectionId, job } of jobs) {
      const client = await connections.client(connectionId)
      await client.call('jobs/cancel', { jobId: job.jobId })
    }
  },
})
