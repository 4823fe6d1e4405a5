import { defineCommand } from '../command.ts'
import { openSource } from '../open-source.ts'
import { isRunElement } from '../tree/element.ts'

export default defineCommand({
  id: 'runwright.openSource',
  title: 'Open Source',
  icon: '$(go-to-file)',
  appliesTo: 'viewItem =~ /^run /',
  menu: '1_open@2',
  accepts: isRunElement,
  takes: 'one',
  async run(context, [run]) {
    await openSource(context, run)
  },
})
