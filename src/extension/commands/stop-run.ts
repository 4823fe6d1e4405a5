import { defineCommand } from '../command.ts'
import { isRunElement } from '../tree/element.ts'
import { localize } from '../localize.ts'

export default defineCommand({
  id: 'runwright.stopRun',
  title: 'Stop Run',
  icon: '$(debug-stop)',
  appliesTo: String.raw`viewItem =~ /^run active .*\bstoppable\b/`,
  menu: 'inline',
  accepts: isRunElement,
  async run({ vscode, connections }, runs) {
    for (const run of runs) {
      const client = await connections.client(run.experiment.connectionId)
      const { outcome } = await client.call('runs/stop', { runId: run.row.runId })
      if (outcome === 'unsupervised') {
        const text = localize(
          'Nobody watches the process of “{name}”, so it cannot be stopped from here. Start runs with “runwright run” to stop them from here.',
          { name: run.row.name },
        )
        void vscode.window.showWarningMessage(text)
      }
    }
  },
})
