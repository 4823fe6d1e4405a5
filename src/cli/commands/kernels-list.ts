import { defineCliCommand } from '../command.ts'
import { formatTable } from '../table.ts'
import { formatAge, toJson } from '../text.ts'

export default defineCliCommand({
  name: 'kernels list',
  summary: 'Lists kernels of the workspace, newest first.',
  details: `One that has ended stays, with why, until it is restarted or stopped. What kernels.idleTimeout in runwright.yaml
says, as 12h, is how long nobody may use one before it is stopped: none by default.`,
  example: 'runwright kernels list',
  options: {},
  async run(context, { json, workspace }) {
    await using client = await context.connect(workspace)
    const { kernels } = await client.call('kernels/list', {})
    if (json) return void context.stdout.write(toJson({ kernels }))
    if (kernels.length === 0) return void context.stdout.write('No kernels. "runwright kernels start" starts one.\n')
    const rows = kernels.map((each) => [
      each.kernelId.slice(0, 8),
      each.name,
      each.isSilent ? `${each.status}, silent` : each.status,
      String(each.queuedCount),
      formatAge(context.now() - each.startedAt),
      each.usedAt === undefined ? '' : formatAge(context.now() - each.usedAt),
      each.reason ?? '',
    ])
    const columns = [
      { title: 'KERNEL' },
      { title: 'NAME', minWidth: 8 },
      { title: 'STATUS' },
      { title: 'QUEUED', align: 'right' },
      { title: 'STARTED' },
      { title: 'USED' },
      { title: 'WHY', minWidth: 12 },
    ] as const
    context.stdout.write(formatTable(columns, rows, context.stdout.columns))
  },
})
