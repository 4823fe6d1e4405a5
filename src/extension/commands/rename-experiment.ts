import { defineCommand } from '../command.ts'
import { isExperimentElement } from '../tree/element.ts'
import { localize } from '../localize.ts'

export default defineCommand({
  id: 'runwright.renameExperiment',
  title: 'Rename Experiment…',
  appliesTo: 'viewItem == experiment',
  menu: '2_edit@1',
  accepts: isExperimentElement,
  takes: 'one',
  async run({ vscode, connections }, [{ connectionId, experiment }]) {
    const name = await vscode.window.showInputBox({
      title: localize('Rename Experiment'),
      value: experiment.name,
      validateInput: (text) => (text.trim() === '' ? localize('An experiment needs a name.') : undefined),
    })
    if (name === undefined || name === experiment.name) return
    const client = await connections.client(connectionId)
    await client.call('experiments/rename', { experimentId: experiment.experimentId, name: name.trim() })
  },
})
