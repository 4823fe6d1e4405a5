import { defineCommand } from '../command.ts'
import { chooseData } from '../data/choose-data.ts'
import { performData } from '../data/perform-data.ts'
import { localize } from '../localize.ts'

export default defineCommand({
  id: 'runwright.commitData',
  title: 'Commit Changes to Data',
  icon: '$(check)',
  when: 'isWorkspaceTrusted && runwright.dataRepositoryCount > 0',
  view: 'data',
  titleBar: 'navigation@2',
  fileMenu: '3_runwrightData@2',
  fileMenuWhen: 'resourcePath in runwright.dataPaths',
  sourceControlMenu: 'inline@1',
  elementMenus: [
    { appliesTo: 'viewItem =~ /^out (changed|new)/', menu: 'inline@1' },
    { appliesTo: 'viewItem =~ /^(out (changed|new)|repository)/', menu: '1_data@1' },
  ],
  async run(context, ...args) {
    const title = localize('Commit Changes to Data')
    const chosen = await chooseData(context, args, title)
    if (chosen === undefined) return
    await performData(context, { title, root: chosen.root, words: ['data', 'commit'], operands: chosen.paths })
  },
})
