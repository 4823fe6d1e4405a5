import { listRuns } from '../../client/list-runs.ts'
import { defineCliCommand, usageError } from '../command.ts'
import { formatRunTable } from '../run-table.ts'
import { toJson } from '../text.ts'

export default defineCliCommand({
  name: 'runs list',
  summary: 'Lists runs by experiment, newest first, with the headline metric and the best run marked.',
  example: `runwright runs list --experiment digits --filter "metrics.accuracy > 0.9"`,
  options: {
    experiment: { type: 'string', short: 'e', value: 'NAME', multiple: true, summary: 'Only this experiment' },
    filter: { type: 'string', value: 'TEXT', summary: 'Only runs that match, in the search grammar of MLflow' },
    order: { type: 'string', value: 'CLAUSE', multiple: true, summary: 'For example "metrics.loss ASC"' },
    limit: { type: 'string', short: 'n', value: 'COUNT', summary: 'At most this many per experiment. Default: 20' },
    deleted: { type: 'boolean', summary: 'Deleted runs instead of active ones' },
  },
  async run(context, { options, json, workspace }) {
    const limit = Number(options.limit ?? 20)
    if (!Number.isInteger(limit) || limit < 1 || limit > 50_000) {
      throw usageError('runs list', `--limit ${options.limit} is not a whole number from 1 to 50000.`)
    }
    await using client = await context.connect(workspace)
    const listed = await listRuns(client, {
      experiments: options.experiment,
      limit,
      view: options.deleted ? 'DELETED_ONLY' : 'ACTIVE_ONLY',
      ...(options.filter === undefined ? {} : { filter: options.filter }),
      ...(options.order.length === 0 ? {} : { orderBy: options.order }),
    })
    const sections = listed.experiments
    if (json) {
      context.stdout.write(toJson(listed))
    } else if (sections.length === 0) {
      context.stdout.write('No runs yet. "runwright run -- COMMAND" starts one.\n')
    } else {
      const { columns } = context.stdout
      context.stdout.write(sections.map((section) => formatRunTable(section, context.now(), columns)).join('\n'))
    }
  },
})
