import { defineCommand } from '../command.ts'
import { setTag } from '../runs/edit-tags.ts'
import { addressOf } from '../runs/run-address.ts'
import { isRunElement } from '../tree/element.ts'

export default defineCommand({
  id: 'runwright.setTag',
  title: 'Set Tag…',
  icon: '$(tag)',
  appliesTo: 'viewItem =~ /^run /',
  menu: '2_edit@3',
  accepts: isRunElement,
  async run(context, runs) {
    await setTag(context, runs.map(addressOf))
  },
})
