import { defineCommand } from '../command.ts'
import { setHeadlineMetric } from '../headline.ts'
import { isExperimentElement } from '../tree/element.ts'
import { localize } from '../localize.ts'

export default defineCommand({
  id: 'runwright.chooseHeadlineMetric',
  title: 'Choose Headline Metric…',
  appliesTo: 'viewItem == experiment',
  menu: '1_open@1',
  accepts: isExperimentElement,
  takes: 'one',
  async run(context, [element]) {
    const { experimentId, name } = element.experiment
    const client = await context.connections.client(element.connectionId)
    const load = async () => [...(await client.call('experiments/keys', { experimentId })).metrics]
    const key = await context.vscode.window.showQuickPick(load(), {
      title: localize('Headline Metric of “{name}”', { name }),
      placeHolder: localize('Shown beside each run'),
    })
    if (key !== undefined) await setHeadlineMetric(context, element, key)
  },
})
