import { defineCommand } from '../command.ts'
import { isRunElement } from '../tree/element.ts'

export default defineCommand({
  id: 'runwright.openSourceOfRun',
  title: "Open Source at the Run's Version",
  appliesTo: 'viewItem =~ /^run /',
  menu: '1_open@3',
  accepts: isRunElement,
  takes: 'one',
  async run({ code }, [{ row, experiment }]) {
    await code.openSource(experiment.connectionId, row.runId)
  },
})
