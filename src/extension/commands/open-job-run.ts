import { defineCommand } from '../command.ts'
import { isJobElement } from '../jobs/element.ts'
import { openRunOfJob } from '../jobs/open-run.ts'

export default defineCommand({
  id: 'runwright.openJobRun',
  title: 'Open Job’s Run',
  view: 'jobs',
  appliesTo: 'viewItem =~ /^job /',
  menu: '1_open@3',
  accepts: isJobElement,
  takes: 'one',
  run: (context, [{ connectionId, job }]) => openRunOfJob(context, connectionId, job),
})
