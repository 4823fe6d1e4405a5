import { defineCommand } from '../command.ts'
import { openRunOfJob } from '../jobs/open-run.ts'
import { isModelVersionElement } from '../models/element.ts'

export default defineCommand({
  id: 'runwright.openModelRun',
  title: 'Open Source Run',
  view: 'models',
  appliesTo: String.raw`viewItem =~ /^model-version .*\brun\b/`,
  menu: '2_origin@2',
  accepts: isModelVersionElement,
  takes: 'one',
  async run(context, [{ connectionId, run }]) {
    if (run !== undefined) await openRunOfJob(context, connectionId, run)
  },
})
