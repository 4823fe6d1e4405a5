import { hasJobEnded, type Job } from '../../protocol/jobs.ts'
import { localize } from '../localize.ts'
import { formatDuration } from '../tree/format.ts'

/** When the job was launched, and when each attempt was given to its target, began and ended: a line each, in UTC. */
export function listTimeline({ createdAt, attempts, status, reason }: Job, now: number): readonly string[] {
  const lines = attempts.flatMap(({ number, submittedAt, startedAt, exit }) => {
    const ranMs = startedAt === undefined ? undefined : (exit?.endedAt ?? now) - startedAt
    const duration = ranMs === undefined ? '' : formatDuration(ranMs)
    return [
      ...(submittedAt === undefined
        ? []
        : [localize('{time} attempt {number} submitted', { time: formatTime(submittedAt), number })]),
      ...(startedAt === undefined
        ? []
        : [localize('{time} attempt {number} started', { time: formatTime(startedAt), number })]),
      ...(exit === undefined
        ? []
        : duration === ''
          ? [localize('{time} attempt {number} ended', { time: formatTime(exit.endedAt), number })]
          : [
              localize('{time} attempt {number} ended after {duration}', {
                time: formatTime(exit.endedAt),
                number,
                duration,
              }),
            ]),
    ]
  })
  const outcome = hasJobEnded(status) && reason !== '' ? [reason] : []
  return [localize('{time} launched', { time: formatTime(createdAt) }), ...lines, ...outcome]
}

/** `2026-11-24 12:00:05 UTC`. */
function formatTime(time: number): string {
  return `${new Date(time).toISOString().replace('T', ' ').slice(0, 19)} UTC`
}
