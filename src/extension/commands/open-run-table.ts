import { chooseExperiment } from '../choose-experiment.ts'
import { defineCommand, findMenuElements } from '../command.ts'
import { openExperiment } from '../webviews/open-runs.ts'
import { isExperimentElement } from '../tree/element.ts'
import { localize } from '../localize.ts'

export default defineCommand({
  id: 'runwright.openRunTable',
  title: 'Open Run Table',
  icon: '$(table)',
  when: 'runwright.connectionCount > 0',
  elementMenus: [{ appliesTo: 'viewItem == experiment', menu: 'inline@1' }],
  async run(context, ...args) {
    const [clicked] = findMenuElements(isExperimentElement, args)
    const experiment = clicked ?? (await chooseExperiment(context, localize('Open Run Table')))
    if (experiment !== undefined) await openExperiment(context, experiment, 'runs')
  },
})
