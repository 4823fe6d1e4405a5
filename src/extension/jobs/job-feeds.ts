import type { Client } from '../../protocol/client.ts'
import type { ChangeEvent } from '../../protocol/events.ts'
import type { Job, JobId } from '../../protocol/jobs.ts'
import type { Connection, Connections } from '../connections/connections.ts'
import { createJobFeed, type JobFeed } from './job-feed.ts'

/** The feeds of all engines that are connected, by the connection. */
export interface JobFeeds {
  /** In the order of the connections. */
  list(): readonly { readonly connection: Connection; readonly feed: JobFeed }[]
  /** Names of the jobs of a connection that have not ended. */
  jobNames(connectionId: string): ReadonlyMap<JobId, string>
  received(connection: Connection, event: ChangeEvent): void
  connectionsChanged(): void
}

/** @param parts.connections asked for late, because the connections tell the feeds */
export function createJobFeeds(parts: {
  connections(): Pick<Connections, 'list'>
  /** All that is shown may be another, or of one job what its run tells. */
  changed(progressed?: { readonly connectionId: string; readonly job: Job }): void
  jobEnded(connectionId: string, job: Job): void
  failed(error: unknown): void
}): JobFeeds {
  const feeds = new Map<string, { readonly client: Client; readonly feed: JobFeed }>()

  const feedOf = ({ id, place, state }: Connection): JobFeed | undefined => {
    if (state.kind !== 'connected' || place.kind !== 'folder') return undefined
    const known = feeds.get(id)
    if (known?.client === state.client) return known.feed
    const { failed } = parts
    const changed = (job?: Job) => parts.changed(job && { connectionId: id, job })
    const jobEnded = (job: Job) => parts.jobEnded(id, job)
    const feed = createJobFeed({ client: state.client, changed, jobEnded, failed })
    feeds.set(id, { client: state.client, feed })
    return feed
  }

  return {
    list: () =>
      parts
        .connections()
        .list()
        .flatMap((connection) => {
          const feed = feedOf(connection)
          return feed === undefined ? [] : [{ connection, feed }]
        }),
    jobNames: (connectionId) =>
      new Map(
        feeds
          .get(connectionId)
          ?.feed.live()
          .map(({ jobId, name }) => [jobId, name]),
      ),
    received(connection, event) {
      const isNew = !feeds.has(connection.id)
      const feed = feedOf(connection)
      // A new one fetches everything anyway.
      if (!isNew) feed?.apply(event)
    },
    connectionsChanged() {
      const ids = new Set(
        parts
          .connections()
          .list()
          .map(({ id }) => id),
      )
      for (const id of feeds.keys()) if (!ids.has(id)) feeds.delete(id)
      parts.changed()
    },
  }
}
