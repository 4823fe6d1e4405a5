import { defineCommand } from '../command.ts'

export default defineCommand({
  id: 'runwright.refresh',
  title: 'Refresh',
  icon: '$(refresh)',
  when: 'runwright.connectionCount > 0',
  titleBar: '5_engine@1',
  async run({ explorer }) {
    await explorer.reload()
  },
})
