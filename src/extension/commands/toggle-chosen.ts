import { defineCommand } from '../command.ts'
import { isRunElement } from '../tree/element.ts'

export default defineCommand({
  id: 'runwright.toggleChosen',
  title: 'Check or Uncheck Run',
  appliesTo: 'viewItem =~ /^run /',
  key: { key: 'space' },
  accepts: isRunElement,
  async run({ explorer }, runs) {
    await explorer.toggleChosen(runs)
  },
})
