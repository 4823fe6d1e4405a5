import { defineCommand } from '../command.ts'
import { isJobElement } from '../jobs/element.ts'

export default defineCommand({
  id: 'runwright.openJob',
  title: 'Open Job Page',
  view: 'jobs',
  appliesTo: 'viewItem =~ /^job /',
  menu: '1_open@1',
  accepts: isJobElement,
  takes: 'one',
  async run({ jobPages }, [{ connectionId, job }]) {
    jobPages.open(connectionId, job)
  },
})
