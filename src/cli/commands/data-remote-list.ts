import { defineCliCommand } from '../command.ts'
import { openData } from '../open-data.ts'
import { formatTable } from '../table.ts'
import { toJson } from '../text.ts'

export default defineCliCommand({
  name: 'data remote list',
  summary: 'Lists the remotes of the repository.',
  example: 'runwright data remote list',
  options: {},
  async run(context, { json, workspace }) {
    const { listRemotes } = await import('../../data/remote-settings.ts')
    using data = await openData(context, workspace)
    const remotes = listRemotes(data.repository)
    if (json) return void context.stdout.write(toJson({ remotes }))
    const columns = [{ title: 'REMOTE' }, { title: 'KIND' }, { title: 'URL', minWidth: 12 }, { title: '' }]
    const rows = remotes.map(({ name, kind, url, isDefault }) => [
      name,
      kind ?? 'unknown',
      url,
      isDefault ? 'default' : '',
    ])
    context.stdout.write(formatTable(columns, rows, context.stdout.columns))
  },
})
