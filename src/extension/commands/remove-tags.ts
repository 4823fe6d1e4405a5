import { defineCommand } from '../command.ts'
import { removeTags } from '../runs/edit-tags.ts'
import { addressOf } from '../runs/run-address.ts'
import { isRunElement } from '../tree/element.ts'

export default defineCommand({
  id: 'runwright.removeTags',
  title: 'Remove Tags…',
  appliesTo: 'viewItem =~ /^run /',
  menu: '2_edit@4',
  accepts: isRunElement,
  async run(context, runs) {
    await removeTags(context, runs.map(addressOf))
  },
})
