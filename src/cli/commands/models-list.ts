import { defineCliCommand } from '../command.ts'
import { formatTable } from '../table.ts'
import { formatAge, toJson } from '../text.ts'

export default defineCliCommand({
  name: 'models list',
  summary: 'Lists registered models by name.',
  example: 'runwright models list',
  options: {},
  async run(context, { json, workspace }) {
    await using client = await context.connect(workspace)
    const { models } = await client.call('models/list', {})
    if (json) return void context.stdout.write(toJson({ models }))
    const rows = models.map(({ name, latestVersion, aliases, lastUpdateTime }) => [
      name,
      latestVersion === undefined ? '' : String(latestVersion.version),
      aliases.map(({ alias, version }) => `${alias}=${version}`).join(' '),
      formatAge(context.now() - lastUpdateTime),
    ])
    const columns = [
      { title: 'NAME', minWidth: 12 },
      { title: 'LATEST', align: 'right' },
      { title: 'ALIASES', minWidth: 12 },
      { title: 'CHANGED' },
    ] as const
    context.stdout.write(formatTable(columns, rows, context.stdout.columns))
  },
})
