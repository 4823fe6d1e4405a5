import type { Job, JobId } from '../../protocol/jobs.ts'
import type { JobElement, JobGroupElement, JobGroupName, JobsElement } from './element.ts'
import type { JobFeed } from './job-feed.ts'
import { numberPositions, sortByTurn } from './queue-order.ts'

/** Live jobs of a group shown at first, and added each time the user asks for more. */
const pageSize = 200

/** As much of a connection with its feed as the rows need. */
export interface FeedSource {
  readonly connection: { readonly id: string; readonly place: { readonly label: string } }
  readonly feed: Pick<JobFeed, 'live' | 'ended' | 'progress' | 'loadMore'>
}

/** The rows of the view "Jobs"; the element of each job stays the same object. */
export interface JobRows {
  /** Groups that have jobs. */
  groups(): readonly JobGroupElement[]
  children(group: JobGroupElement): readonly JobsElement[]
  /** The row of a job with what its run tells now; undefined while it is not shown. */
  progressed(connectionId: string, jobId: JobId): JobElement | undefined
  /** The rows of running jobs that are shown. */
  running(): readonly JobElement[]
  loadMore(group: JobGroupElement): Promise<void>
}

interface Placed {
  readonly source: FeedSource
  readonly job: Job
  readonly position?: number | undefined
}

export function createJobRows(sources: () => readonly FeedSource[]): JobRows {
  const elements = new Map<string, JobElement>()
  const wanted: Record<JobGroupName, number> = { queued: pageSize, running: pageSize, done: Infinity }
  const groups: Record<JobGroupName, JobGroupElement> = {
    queued: { kind: 'job-group', id: 'queued', group: 'queued', total: 0 },
    running: { kind: 'job-group', id: 'running', group: 'running', total: 0 },
    done: { kind: 'job-group', id: 'done', group: 'done', total: 0 },
  }

  function listPlaced(group: JobGroupName): readonly Placed[] {
    return sources().flatMap((source): readonly Placed[] => {
      if (group === 'done') return source.feed.ended().jobs.map((job) => ({ source, job }))
      const jobs = liveOf(source, group)
      if (group === 'running') return jobs.map((job) => ({ source, job }))
      const sorted = sortByTurn(jobs)
      const positions = numberPositions(sorted)
      return sorted.map((job) => ({ source, job, position: positions.get(job.jobId) }))
    })
  }

  function countAll(group: JobGroupName): number {
    const counts = sources().map((source) =>
      group === 'done' ? source.feed.ended().total : liveOf(source, group).length,
    )
    return counts.reduce((sum, count) => sum + count, 0)
  }

  function toElement({ source: { connection, feed }, job, position }: Placed): JobElement {
    const id = `${connection.id}/${job.jobId}`
    const shown = {
      job,
      position,
      folder: sources().length > 1 ? connection.place.label : undefined,
      ...trackedOf(feed, job),
    }
    const known = elements.get(id)
    const element: JobElement = known
      ? Object.assign(known, shown)
      : { kind: 'job', id, connectionId: connection.id, ...shown }
    elements.set(id, element)
    return element
  }

  return {
    groups() {
      const all = Object.values(groups)
      for (const group of all) group.total = countAll(group.group)
      return all.filter(({ total }) => total > 0)
    },
    children(group) {
      const all = listPlaced(group.group)
      const shown = all.slice(0, wanted[group.group]).map(toElement)
      const total = countAll(group.group)
      if (shown.length >= total) return shown
      return [...shown, { kind: 'more-jobs', id: `${group.id}/more`, group, shown: shown.length, total }]
    },
    progressed(connectionId, jobId) {
      const element = elements.get(`${connectionId}/${jobId}`)
      const feed = sources().find(({ connection }) => connection.id === connectionId)?.feed
      return element && feed && Object.assign(element, trackedOf(feed, element.job))
    },
    running: () => [...elements.values()].filter(({ job }) => job.status === 'running'),
    async loadMore({ group }) {
      if (group === 'done') await Promise.all(sources().map(({ feed }) => feed.loadMore()))
      else wanted[group] += pageSize
    },
  }
}

function liveOf({ feed }: FeedSource, group: 'queued' | 'running'): readonly Job[] {
  return feed.live().filter(({ status }) => (status === 'running') === (group === 'running'))
}

function trackedOf(feed: FeedSource['feed'], job: Job): Pick<JobElement, 'progress' | 'remainingMs'> {
  const tracked = job.status === 'running' ? feed.progress(job) : undefined
  return { progress: tracked?.progress, remainingMs: tracked?.remainingMs }
}
