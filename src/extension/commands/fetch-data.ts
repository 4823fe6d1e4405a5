import { defineCommand } from '../command.ts'
import { chooseData } from '../data/choose-data.ts'
import { tellTransfer } from '../data/tell-result.ts'
import { performData } from '../data/perform-data.ts'
import { localize } from '../localize.ts'

export default defineCommand({
  id: 'runwright.fetchData',
  title: 'Fetch Data',
  icon: '$(cloud)',
  when: 'isWorkspaceTrusted && runwright.dataRepositoryCount > 0',
  view: 'data',
  titleBar: '2_remote@3',
  elementMenus: [{ appliesTo: 'viewItem =~ /^(out|repository)/', menu: '3_remote@3' }],
  async run(context, ...args) {
    const title = localize('Fetch Data')
    const chosen = await chooseData(context, args, title)
    if (chosen === undefined) return
    const result = await performData(context, {
      title,
      root: chosen.root,
      words: ['data', 'fetch'],
      operands: chosen.paths,
    })
    await tellTransfer(context, title, result)
  },
})
