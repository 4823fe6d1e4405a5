import { defineCommand } from '../command.ts'
import { chooseData } from '../data/choose-data.ts'
import { tellTransfer } from '../data/tell-result.ts'
import { performData } from '../data/perform-data.ts'
import { localize } from '../localize.ts'

export default defineCommand({
  id: 'runwright.pullData',
  title: 'Pull Data',
  icon: '$(cloud-download)',
  when: 'isWorkspaceTrusted && runwright.dataRepositoryCount > 0',
  view: 'data',
  titleBar: '2_remote@2',
  elementMenus: [{ appliesTo: 'viewItem =~ /^(out|repository)/', menu: '3_remote@2' }],
  async run(context, ...args) {
    const title = localize('Pull Data')
    const chosen = await chooseData(context, args, title)
    if (chosen === undefined) return
    const result = await performData(context, {
      title,
      root: chosen.root,
      words: ['data', 'pull'],
      operands: chosen.paths,
    })
    await tellTransfer(context, title, result)
  },
})
