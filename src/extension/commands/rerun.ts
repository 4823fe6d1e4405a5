import { defineCommand } from '../command.ts'
import { rerunRuns } from '../runs/rerun-run.ts'
import { addressOf } from '../runs/run-address.ts'
import { isRunElement } from '../tree/element.ts'

export default defineCommand({
  id: 'runwright.rerun',
  title: 'Re-run',
  icon: '$(debug-rerun)',
  appliesTo: String.raw`viewItem =~ /^run .*\blocal\b/`,
  menu: '1_start@1',
  accepts: isRunElement,
  async run(context, runs) {
    await rerunRuns(context, runs.map(addressOf))
  },
})
