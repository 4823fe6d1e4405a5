import { defineCommand } from '../command.ts'
import { rerunWithChanges } from '../runs/rerun-run.ts'
import { addressOf } from '../runs/run-address.ts'
import { isRunElement } from '../tree/element.ts'

export default defineCommand({
  id: 'runwright.rerunWithChanges',
  title: 'Re-run with Changes…',
  appliesTo: String.raw`viewItem =~ /^run .*\blocal\b/`,
  menu: '1_start@2',
  accepts: isRunElement,
  takes: 'one',
  async run(context, [run]) {
    await rerunWithChanges(context, addressOf(run))
  },
})
