import { defineCommand } from '../command.ts'
import { registerModel } from '../runs/register-model.ts'
import { addressOf } from '../runs/run-address.ts'
import { isRunElement } from '../tree/element.ts'

export default defineCommand({
  id: 'runwright.registerModel',
  title: 'Register Model…',
  appliesTo: String.raw`viewItem =~ /^run .*\blocal\b/`,
  menu: '2_edit@5',
  accepts: isRunElement,
  takes: 'one',
  async run(context, [run]) {
    await registerModel(context, addressOf(run))
  },
})
