import { defineCommand } from '../command.ts'

export default defineCommand({
  id: 'runwright.refreshCompute',
  title: 'Refresh Compute',
  icon: '$(refresh)',
  when: 'runwright.folderConnectionCount > 0',
  view: 'compute',
  titleBar: 'navigation@1',
  async run({ compute }) {
    compute.reload()
  },
})
