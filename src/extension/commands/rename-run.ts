import { defineCommand } from '../command.ts'
import { isRunElement } from '../tree/element.ts'
import { localize } from '../localize.ts'

export default defineCommand({
  id: 'runwright.renameRun',
  title: 'Rename Run…',
  appliesTo: 'viewItem =~ /^run /',
  menu: '2_edit@1',
  key: { key: 'f2' },
  accepts: isRunElement,
  takes: 'one',
  async run({ vscode, connections }, [{ row, experiment }]) {
    const name = await vscode.window.showInputBox({
      title: localize('Rename Run'),
      value: row.name,
      validateInput: (text) => (text.trim() === '' ? localize('A run needs a name.') : undefined),
    })
    if (name === undefined || name === row.name) return
    const client = await connections.client(experiment.connectionId)
    await client.call('runs/rename', { runId: row.runId, name: name.trim() })
  },
})
