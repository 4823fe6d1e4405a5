import { defineCommand } from '../command.ts'
import { isJobElement } from '../jobs/element.ts'

export default defineCommand({
  id: 'runwright.promoteJob',
  title: 'Promote Job',
  icon: '$(arrow-up)',
  view: 'jobs',
  appliesTo: 'viewItem =~ /^job queued/',
  menu: 'inline',
  accepts: isJobElement,
  async run({ connections }, jobs) {
    // The last one promoted goes first, and they are to keep their order.
    for (const { connectionId, job } of jobs.toReversed()) {
      const client = await connections.client(connectionId)
      await client.call('jobs/promote', { jobId: job.jobId })
    }
  },
})
