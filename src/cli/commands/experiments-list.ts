import { defineCliCommand } from '../command.ts'
import { formatTable } from '../table.ts'
import { formatAge, toJson } from '../text.ts'

export default defineCliCommand({
  name: 'experiments list',
  summary: 'Lists experiments, the one that changed last first.',
  example: 'runwright experiments list',
  options: {
    deleted: { type: 'boolean', summary: 'Deleted experiments instead of active ones' },
  },
  async run(context, { options, json, workspace }) {
    await using client = await context.connect(workspace)
    const view = options.deleted ? 'DELETED_ONLY' : 'ACTIVE_ONLY'
    const { experiments } = await client.call('experiments/list', { view })
    if (json) return void context.stdout.write(toJson({ experiments }))
    const rows = experiments.map(({ experimentId, name, runCount, lastUpdateTime, ...counts }) => [
      experimentId,
      name,
      String(runCount),
      String(counts.activeRunCount - counts.scheduledRunCount),
      String(counts.scheduledRunCount),
      formatAge(context.now() - lastUpdateTime),
    ])
    const columns = [
      { title: 'ID', align: 'right' },
      { title: 'NAME', minWidth: 12 },
      { title: 'RUNS', align: 'right' },
      { title: 'RUNNING', align: 'right' },
      { title: 'WAITING', align: 'right' },
      { title: 'CHANGED' },
    ] as const
    context.stdout.write(formatTable(columns, rows, context.stdout.columns))
  },
})
