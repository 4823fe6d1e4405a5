import { defineCommand } from '../command.ts'

export default defineCommand({
  id: 'runwright.hideFinished',
  title: 'Hide Finished Runs',
  when: 'runwright.connectionCount > 0 && !runwright.hideFinished',
  titleBar: '1_arrange@3',
  async run({ explorer }) {
    await explorer.setOptions({ hideFinished: true })
  },
})
