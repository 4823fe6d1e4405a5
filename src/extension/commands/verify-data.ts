import { defineCommand } from '../command.ts'
import { chooseData } from '../data/choose-data.ts'
import { tellVerified } from '../data/tell-result.ts'
import { performData } from '../data/perform-data.ts'
import { localize } from '../localize.ts'

export default defineCommand({
  id: 'runwright.verifyData',
  title: 'Verify Data',
  icon: '$(verified)',
  when: 'isWorkspaceTrusted && runwright.dataRepositoryCount > 0',
  view: 'data',
  titleBar: '4_data@1',
  elementMenus: [{ appliesTo: 'viewItem =~ /^(out|repository)/', menu: '4_data@2' }],
  async run(context, ...args) {
    const title = localize('Verify Data')
    const chosen = await chooseData(context, args, title)
    if (chosen === undefined) return
    const result = await performData(context, {
      title,
      root: chosen.root,
      words: ['data', 'verify'],
      operands: chosen.paths,
    })
    await tellVerified(context, result)
  },
})
