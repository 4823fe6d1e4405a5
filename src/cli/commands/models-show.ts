import { defineCliCommand } from '../command.ts'
import { formatTable } from '../table.ts'
import { formatAge, toJson } from '../text.ts'

export default defineCliCommand({
  name: 'models show',
  summary: 'Shows the versions of a registered model, the latest first.',
  example: 'runwright models show digits',
  options: {},
  operands: { usage: 'NAME', min: 1, max: 1 },
  async run(context, { operands, json, workspace }) {
    await using client = await context.connect(workspace)
    const { model, versions } = await client.call('models/get', { name: operands[0] ?? '' })
    if (json) return void context.stdout.write(toJson({ model, versions }))
    const rows = versions.map(({ version, aliases, runId, source, creationTime }) => [
      String(version),
      aliases.join(' '),
      runId.slice(0, 8),
      formatAge(context.now() - creationTime),
      source,
    ])
    const columns = [
      { title: 'VERSION', align: 'right' },
      { title: 'ALIASES', minWidth: 8 },
      { title: 'RUN' },
      { title: 'REGISTERED' },
      { title: 'SOURCE', minWidth: 12 },
    ] as const
    context.stdout.write(formatTable(columns, rows, context.stdout.columns))
  },
})
