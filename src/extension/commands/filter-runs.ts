import { defineCommand } from '../command.ts'
import { findFilterError } from '../filter-check.ts'
import { localize } from '../localize.ts'

export default defineCommand({
  id: 'runwright.filterRuns',
  title: 'Filter Runs…',
  icon: '$(filter)',
  when: 'runwright.connectionCount > 0',
  titleBar: 'navigation@2',
  async run({ vscode, explorer, connections }) {
    const filter = await vscode.window.showInputBox({
      title: localize('Filter Runs'),
      prompt: localize("MLflow's search grammar; empty shows all runs."),
      placeHolder: "metrics.accuracy > 0.9 AND params.optimizer = 'adam'",
      value: explorer.options.filter,
      validateInput: (text) => findFilterError(connections, text),
    })
    if (filter !== undefined) await explorer.setOptions({ filter: filter.trim() })
  },
})
