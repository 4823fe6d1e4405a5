import { defineCommand } from '../command.ts'
import { defaultViewOptions } from '../tree/view-options.ts'

export default defineCommand({
  id: 'runwright.showAllRuns',
  title: 'Show All Runs',
  icon: '$(clear-all)',
  when: 'runwright.arranged',
  titleBar: 'navigation@3',
  async run({ explorer }) {
    await explorer.setOptions(defaultViewOptions)
  },
})
