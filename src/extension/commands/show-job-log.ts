import { defineCommand } from '../command.ts'
import { isJobElement } from '../jobs/element.ts'

export default defineCommand({
  id: 'runwright.showJobLog',
  title: 'Open Log in Terminal',
  view: 'jobs',
  appliesTo: 'viewItem =~ /^job /',
  menu: '1_open@2',
  accepts: isJobElement,
  takes: 'one',
  async run({ jobLogs }, [{ connectionId, job }]) {
    jobLogs.open(connectionId, job)
  },
})
