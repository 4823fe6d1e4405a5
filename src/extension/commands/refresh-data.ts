import { defineCommand } from '../command.ts'

export default defineCommand({
  id: 'runwright.refreshData',
  title: 'Refresh Data',
  icon: '$(refresh)',
  when: 'isWorkspaceTrusted && (runwright.dataRepositoryCount > 0 || runwright.featureFolderCount > 0)',
  view: 'data',
  titleBar: 'navigation@4',
  async run({ data }) {
    await data.reload()
  },
})
