import { defineCommand } from '../command.ts'

export default defineCommand({
  id: 'runwright.clearSelection',
  title: 'Clear Selection',
  icon: '$(close-all)',
  when: 'runwright.chosenCount > 0',
  titleBar: 'navigation@4',
  async run({ explorer }) {
    await explorer.clearChosen()
  },
})
