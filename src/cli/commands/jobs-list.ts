import { defineCliCommand } from '../command.ts'
import { formatJobTable } from '../job-details.ts'
import { listJobs, readLimit } from '../read-job-list.ts'
import { toJson } from '../text.ts'

export default defineCliCommand({
  name: 'jobs list',
  summary: 'Lists jobs, newest first, with why each waits or how it ended.',
  example: 'runwright jobs list --live',
  options: {
    live: { type: 'boolean', short: 'l', summary: 'Only jobs that have not ended' },
    experiment: { type: 'string', short: 'e', value: 'NAME', summary: 'Only of this experiment' },
    limit: { type: 'string', short: 'n', value: 'COUNT', summary: 'At most this many. Default: 20' },
  },
  async run(context, { options, json, workspace }) {
    const limit = readLimit('jobs list', options.limit)
    await using client = await context.connect(workspace)
    const { jobs, total } = await listJobs(client, limit, options)
    if (json) context.stdout.write(toJson({ jobs, total }))
    else if (jobs.length === 0) context.stdout.write('No jobs. "runwright train -- COMMAND" launches one.\n')
    else {
      context.stdout.write(formatJobTable(jobs, context.now(), context.stdout.columns))
      if (total > jobs.length) context.stdout.write(`${total - jobs.length} more; --limit shows them.\n`)
    }
  },
})
