import { defineCommand } from '../command.ts'
import { isMoreJobsElement } from '../jobs/element.ts'

export default defineCommand({
  id: 'runwright.loadMoreJobs',
  title: 'Load More Jobs',
  inPalette: false,
  view: 'jobs',
  appliesTo: 'viewItem == more-jobs',
  accepts: isMoreJobsElement,
  takes: 'one',
  run: ({ jobs }, [more]) => jobs.loadMore(more),
})
