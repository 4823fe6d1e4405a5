import { defineCommand } from '../command.ts'
import { localize } from '../localize.ts'

export default defineCommand({
  id: 'runwright.searchRuns',
  title: 'Search Runs by Name…',
  icon: '$(search)',
  when: 'runwright.connectionCount > 0',
  titleBar: 'navigation@1',
  async run({ vscode, explorer }) {
    const name = await vscode.window.showInputBox({
      title: localize('Search Runs by Name'),
      prompt: localize('Part of the name, in any letter case; empty shows all runs.'),
      value: explorer.options.name,
    })
    if (name !== undefined) await explorer.setOptions({ name: name.trim() })
  },
})
