import { defineCommand } from '../command.ts'
import { restoreRunCode } from '../runs/restore-run-code.ts'
import { addressOf } from '../runs/run-address.ts'
import { isRunElement } from '../tree/element.ts'

export default defineCommand({
  id: 'runwright.restoreCode',
  title: 'Restore Code…',
  icon: '$(git-branch)',
  when: 'isWorkspaceTrusted',
  appliesTo: 'viewItem =~ /^run /',
  menu: '1_start@3',
  accepts: isRunElement,
  takes: 'one',
  async run(context, [run]) {
    await restoreRunCode(context, addressOf(run))
  },
})
