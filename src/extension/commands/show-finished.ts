import { defineCommand } from '../command.ts'

export default defineCommand({
  id: 'runwright.showFinished',
  title: 'Show Finished Runs',
  when: 'runwright.connectionCount > 0 && runwright.hideFinished',
  titleBar: '1_arrange@3',
  async run({ explorer }) {
    await explorer.setOptions({ hideFinished: false })
  },
})
