import { defineCommand } from '../command.ts'
import { chooseTracked } from '../data/choose-data.ts'
import { localize } from '../localize.ts'

export default defineCommand({
  id: 'runwright.compareData',
  title: 'Compare with Previous Version',
  icon: '$(diff)',
  when: 'isWorkspaceTrusted && runwright.dataRepositoryCount > 0',
  view: 'data',
  fileMenu: '3_runwrightData@4',
  fileMenuWhen: 'resourcePath in runwright.dataPaths',
  elementMenus: [
    { appliesTo: 'viewItem =~ /^out changed/', menu: 'inline@0' },
    {
      appliesTo: 'viewItem =~ /^(out (clean|changed|missing)|change (changed|edited|added|removed))/',
      menu: '2_compare@1',
    },
    { appliesTo: 'viewItem =~ /^entry/', menu: '2_compare@1' },
  ],
  async run(context, ...args) {
    const chosen = await chooseTracked(context, args, localize('Compare with Previous Version'))
    if (chosen !== undefined) context.dataPages.compare(chosen)
  },
})
