import { defineCommand } from '../command.ts'
import { isRunElement } from '../tree/element.ts'
import { countRuns } from '../tree/format.ts'
import { offerUndo } from '../undo-deletion.ts'
import { localize } from '../localize.ts'

export default defineCommand({
  id: 'runwright.deleteRun',
  title: 'Delete Run',
  icon: '$(trash)',
  appliesTo: 'viewItem =~ /^run /',
  menu: '2_edit@2',
  key: { key: 'delete', mac: 'cmd+backspace' },
  accepts: isRunElement,
  async run(context, runs) {
    const byConnection = Map.groupBy(runs, (run) => run.experiment.connectionId)
    for (const [connectionId, together] of byConnection) {
      const runIds = together.map(({ row }) => row.runId)
      const client = await context.connections.client(connectionId)
      await client.call('runs/delete', { runIds })
      const [first] = together
      const what =
        together.length === 1 && first ? localize('run “{name}”', { name: first.row.name }) : countRuns(together.length)
      offerUndo(context, { connectionId, what, of: { runIds } })
    }
  },
})
