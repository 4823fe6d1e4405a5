import { chooseExperiment } from '../choose-experiment.ts'
import { defineCommand, findMenuElements } from '../command.ts'
import { openExperiment, openRuns } from '../webviews/open-runs.ts'
import { isExperimentElement, isRunElement } from '../tree/element.ts'
import { localize } from '../localize.ts'

export default defineCommand({
  id: 'runwright.openCharts',
  title: 'Open Charts',
  icon: '$(graph-line)',
  when: 'runwright.connectionCount > 0',
  elementMenus: [
    { appliesTo: 'viewItem == experiment', menu: '1_open@2' },
    { appliesTo: 'viewItem =~ /^run /', menu: '1_compare@2' },
  ],
  async run(context, ...args) {
    const selected = findMenuElements(isRunElement, args)
    const runs = selected.length > 0 || args[0] !== undefined ? selected : context.explorer.chosen()
    if (runs.length > 0) return openRuns(context, runs, 'charts')
    const [clicked] = findMenuElements(isExperimentElement, args)
    const experiment = clicked ?? (await chooseExperiment(context, localize('Open Charts')))
    if (experiment !== undefined) await openExperiment(context, experiment, 'charts')
  },
})
