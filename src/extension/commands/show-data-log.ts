import { defineCommand } from '../command.ts'
import { chooseTracked } from '../data/choose-data.ts'
import { actOnVersion } from '../data/act-on-version.ts'
import { pickVersion } from '../data/pick-version.ts'
import { localize } from '../localize.ts'

export default defineCommand({
  id: 'runwright.showDataLog',
  title: 'Show Data Log',
  icon: '$(history)',
  when: 'isWorkspaceTrusted && runwright.dataRepositoryCount > 0',
  view: 'data',
  fileMenu: '3_runwrightData@5',
  fileMenuWhen: 'resourcePath in runwright.dataPaths',
  elementMenus: [{ appliesTo: 'viewItem =~ /^(out|entry)/', menu: '2_compare@2' }],
  async run(context, ...args) {
    const chosen = await chooseTracked(context, args, localize('Show Data Log'))
    if (chosen === undefined) return
    const version = await pickVersion(context, chosen)
    if (version !== undefined) await actOnVersion(context, chosen, version.commit)
  },
})
