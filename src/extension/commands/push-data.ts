import { defineCommand } from '../command.ts'
import { chooseData } from '../data/choose-data.ts'
import { checkRemote } from '../data/check-remote.ts'
import { tellTransfer } from '../data/tell-result.ts'
import { performData } from '../data/perform-data.ts'
import { localize } from '../localize.ts'

export default defineCommand({
  id: 'runwright.pushData',
  title: 'Push Data',
  icon: '$(cloud-upload)',
  when: 'isWorkspaceTrusted && runwright.dataRepositoryCount > 0',
  view: 'data',
  titleBar: '2_remote@1',
  elementMenus: [{ appliesTo: 'viewItem =~ /^(out|repository)/', menu: '3_remote@1' }],
  async run(context, ...args) {
    const title = localize('Push Data')
    const chosen = await chooseData(context, args, title)
    if (chosen === undefined) return
    const result = await performData(context, {
      title,
      root: chosen.root,
      words: ['data', 'push'],
      operands: chosen.paths,
    })
    await tellTransfer(context, title, result)
    await checkRemote(context, chosen.root)
  },
})
