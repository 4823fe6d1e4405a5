import { defineCommand } from '../command.ts'
import { checkRemote } from '../data/check-remote.ts'
import { chooseData } from '../data/choose-data.ts'
import { localize } from '../localize.ts'

export default defineCommand({
  id: 'runwright.checkDataRemote',
  title: 'Check Remote',
  icon: '$(cloud)',
  when: 'isWorkspaceTrusted && runwright.dataRepositoryCount > 0',
  view: 'data',
  titleBar: 'navigation@3',
  async run(context, ...args) {
    const chosen = await chooseData(context, args, localize('Check Remote'))
    if (chosen !== undefined) await checkRemote(context, chosen.root)
  },
})
