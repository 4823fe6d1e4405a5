import { defineCommand } from '../command.ts'
import { isJobElement } from '../jobs/element.ts'
import { retryJobs } from '../jobs/retry-jobs.ts'

export default defineCommand({
  id: 'runwright.retryJob',
  title: 'Retry Job',
  icon: '$(debug-restart)',
  view: 'jobs',
  appliesTo: String.raw`viewItem =~ /^job .*\bretryable\b/`,
  menu: 'inline',
  accepts: isJobElement,
  run: (context, jobs) => retryJobs(context, jobs),
})
