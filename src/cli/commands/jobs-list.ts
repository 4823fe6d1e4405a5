import { defineCliCommand, usageError } from '../command.ts'
import { formatJobTable } from '../job-details.ts'
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
    const limit = Number(options.limit ?? 20)
    if (!Number.isInteger(limit) || limit < 1 || limit > 10_000) {
      throw usageError('jobs list', `--limit ${options.limit} is not a whole number from 1 to 10000.`)
    }
    await using client = await context.connect(workspace)
    const named =
      options.experiment === undefined
        ? undefined
        : (await client.call('experiments/list', {})).experiments.filter(({ name }) => name === options.experiment)
    const { jobs, total } = await client.call('jobs/list', {
      limit,
      isLive: options.live,
      ...(named === undefined ? {} : { experimentIds: named.map(({ experimentId }) => experimentId) }),
    })
    if (json) context.stdout.write(toJson({ jobs, total }))
    else if (jobs.length === 0) context.stdout.write('No jobs. "runwright train -- COMMAND" launches one.\n')
    else {
      context.stdout.write(formatJobTable(jobs, context.now(), context.stdout.columns))
      if (total > jobs.length) context.stdout.write(`${total - jobs.length} more; --limit shows them.\n`)
    }
  },
})
