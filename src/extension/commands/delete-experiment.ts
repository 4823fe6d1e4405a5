import { defineCommand } from '../command.ts'
import { isExperimentElement } from '../tree/element.ts'
import { offerUndo } from '../undo-deletion.ts'
import { localize } from '../localize.ts'

export default defineCommand({
  id: 'runwright.deleteExperiment',
  title: 'Delete Experiment',
  appliesTo: 'viewItem == experiment',
  menu: '2_edit@2',
  accepts: isExperimentElement,
  takes: 'one',
  async run(context, [{ connectionId, experiment }]) {
    const { experimentId, name } = experiment
    const client = await context.connections.client(connectionId)
    await client.call('experiments/delete', { experimentId })
    offerUndo(context, { connectionId, what: localize('experiment “{name}”', { name }), of: { experimentId } })
  },
})
