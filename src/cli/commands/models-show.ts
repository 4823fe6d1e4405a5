import { digestOf } from '../../protocol/data-versions.ts'
import { readVersionFacts } from '../../protocol/version-facts.ts'
import { defineCliCommand } from '../command.ts'
import { formatTable } from '../table.ts'
import { formatAge, toJson } from '../text.ts'

export default defineCliCommand({
  name: 'models show',
  summary: 'Shows the versions of a registered model, the latest first.',
  details:
    'DATA is the digest of the version that its file has under version control, TEST how its compression was tested; ' +
    'both have empty cells where there was none.',
  example: 'runwright models show digits',
  options: {},
  operands: { usage: 'NAME', min: 1, max: 1 },
  async run(context, { operands, json, workspace }) {
    await using client = await context.connect(workspace)
    const { model, versions } = await client.call('models/get', { name: operands[0] ?? '' })
    if (json) return void context.stdout.write(toJson({ model, versions }))
    const rows = versions.map((shown) => {
      const { data, test } = readVersionFacts(shown)
      return [
        String(shown.version),
        shown.aliases.join(' '),
        shown.runId.slice(0, 8),
        data === undefined ? '' : digestOf(data).slice(0, 8),
        test?.outcome ?? '',
        formatAge(context.now() - shown.creationTime),
        shown.source,
      ]
    })
    const columns = [
      { title: 'VERSION', align: 'right' },
      { title: 'ALIASES', minWidth: 8 },
      { title: 'RUN' },
      { title: 'DATA' },
      { title: 'TEST' },
      { title: 'REGISTERED' },
      { title: 'SOURCE', minWidth: 12 },
    ] as const
    context.stdout.write(formatTable(columns, rows, context.stdout.columns))
  },
})
