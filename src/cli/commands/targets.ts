import { formatSize } from '../../protocol/quantities.ts'
import { defineCliCommand } from '../command.ts'
import { readTokens } from '../read-tokens.ts'
import { formatTable } from '../table.ts'
import { toJson } from '../text.ts'

export default defineCliCommand({
  name: 'targets',
  summary: 'Lists the places that jobs can run on, and what each has.',
  details: 'They are named in runwright.yaml; "local" is always there.',
  example: 'runwright targets',
  options: {},
  async run(context, { json, workspace }) {
    await using client = await context.connect(workspace)
    const { targets } = await client.call('targets/list', { tokens: await readTokens(workspace, context.env) })
    if (json) return void context.stdout.write(toJson({ targets }))
    const columns = [
      { title: 'TARGET' },
      { title: 'KIND' },
      { title: 'CPUS', align: 'right' as const },
      { title: 'MEMORY', align: 'right' as const },
      { title: 'GPUS', align: 'right' as const },
      { title: 'RUNNING', align: 'right' as const },
      { title: 'WAITING', align: 'right' as const },
      { title: '', minWidth: 12 },
    ]
    const rows = targets.map(
      ({ name, kind, cpus, memoryBytes, gpus, runningCount, queuedCount, parts = [], trouble }) => [
        name,
        kind,
        String(cpus ?? ''),
        memoryBytes === undefined ? '' : formatSize(memoryBytes),
        String(gpus ?? ''),
        String(runningCount),
        String(queuedCount),
        trouble ?? parts.join(', '),
      ],
    )
    context.stdout.write(formatTable(columns, rows, context.stdout.columns))
  },
})
