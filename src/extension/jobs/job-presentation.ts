import { hasJobEnded, type Job, type JobStatus } from '../../protocol/jobs.ts'
import { joinCommandLine } from '../../base/command-line.ts'
import { localize } from '../localize.ts'
import { escapeMarkdown } from '../tree/escape-markdown.ts'
import { formatAge, formatCount, formatDuration } from '../tree/format.ts'
import type { Presentation } from '../tree/presentation.ts'
import { findDebugAddress } from '../../protocol/debugpy.ts'
import type { JobElement, JobGroupElement, JobsElement } from './element.ts'
import { describeResources } from './resources-text.ts'
import { findRunningMs } from '../../protocol/running-time.ts'
import { listTimeline } from './timeline.ts'

const statusIcons: Record<JobStatus, { name: string; color: string }> = {
  queued: { name: 'clock', color: 'charts.yellow' },
  submitted: { name: 'cloud-upload', color: 'charts.yellow' },
  running: { name: 'sync~spin', color: 'charts.blue' },
  finished: { name: 'pass', color: 'testing.iconPassed' },
  failed: { name: 'error', color: 'testing.iconFailed' },
  cancelled: { name: 'circle-slash', color: 'disabledForeground' },
  lost: { name: 'question', color: 'list.warningForeground' },
}

const groupIcons = { queued: 'list-ordered', running: 'play-circle', done: 'history' } as const

/** @param now milliseconds since 1970-01-01 UTC, for durations and ages */
export function presentJobs(element: JobsElement, now: number): Presentation {
  switch (element.kind) {
    case 'job-group':
      return presentGroup(element)
    case 'job':
      return presentJob(element, now)
    case 'more-jobs': {
      const label = localize('Load more ({shown} of {total})', {
        shown: element.shown,
        total: formatCount(element.total),
      })
      const click = 'runwright.loadMoreJobs'
      return { label, icon: { name: 'ellipsis' }, collapsible: 'none', context: 'more-jobs', spoken: label, click }
    }
    case 'trouble':
      return presentTrouble(element)
  }
}

/** A line where there would be something else, had nothing gone wrong. */
export function presentTrouble({ text, hint }: { text: string; hint: string | undefined }): Presentation {
  return {
    label: text,
    ...(hint === undefined ? {} : { description: hint, tooltip: escapeMarkdown(`${text} ${hint}`) }),
    icon: { name: 'warning', color: 'list.warningForeground' },
    collapsible: 'none',
    context: 'trouble',
    spoken: [text, hint].filter(Boolean).join('. '),
  }
}

function presentGroup({ group, total }: JobGroupElement): Presentation {
  const label = nameGroup(group)
  return {
    label,
    description: formatCount(total),
    icon: { name: groupIcons[group] },
    collapsible: group === 'done' ? 'collapsed' : 'expanded',
    context: `job-group ${group}`,
    spoken: localize('{group}: {count, plural, one {# job} other {# jobs}}', { group: label, count: total }),
  }
}

function presentJob(element: JobElement, now: number): Presentation {
  const { job, folder } = element
  const { name, status, spec } = job
  const facts = listFacts(element, now)
  // A row under "Done" says in words what its icon says.
  const shown = hasJobEnded(status) ? [nameJobStatus(status), ...facts] : facts
  const place = [spec.target === 'local' ? undefined : spec.target, folder]
  return {
    label: name,
    description: [...shown, ...place].filter(Boolean).join(' · '),
    tooltip: describeJob(job, shown, now),
    icon: statusIcons[status],
    collapsible: 'none',
    context: ['job', hasJobEnded(status) ? 'ended' : status, ...listAbilities(job)].join(' '),
    spoken: [localize('Job {name}', { name }), nameJobStatus(status), ...facts, ...place].filter(Boolean).join(', '),
    click: 'runwright.openJob',
  }
}

/** What is worth knowing of it beside its status, the most important first. */
function listFacts({ job, position, progress, remainingMs }: JobElement, now: number): readonly string[] {
  const running = findRunningMs(job, now)
  const ran = running === undefined ? '' : formatDuration(running)
  const { status, reason, isCancelRequested } = job
  if (isCancelRequested && !hasJobEnded(status)) return [localize('is being cancelled'), ran].filter(Boolean)
  if (status === 'running') {
    const left = remainingMs?.(now)
    return [
      ...(progress === undefined ? [] : [describeProgress(progress)]),
      ran,
      ...(left === undefined ? [] : [localize('{duration} left', { duration: formatDuration(left) })]),
    ].filter(Boolean)
  }
  if (!hasJobEnded(status)) {
    return [position === undefined ? '' : localize('no. {position}', { position }), reason].filter(Boolean)
  }
  const end = job.attempts.at(-1)?.exit?.endedAt ?? job.createdAt
  const tellsMore = status === 'failed' || status === 'lost'
  return [tellsMore ? reason : '', ran, formatAge(end, now)].filter(Boolean)
}

function describeProgress({ unit, done, total }: NonNullable<JobElement['progress']>): string {
  const values = { done: Number(done.toFixed(2)), total }
  return unit === 'epoch'
    ? localize('epoch {done} of {total}', values)
    : localize('step {done} of {total}', { done: formatCount(values.done), total: formatCount(total) })
}

function describeJob(job: Job, facts: readonly string[], now: number): string {
  const { name, jobId, spec } = job
  const asked = describeResources(spec.resources)
  return [
    `**${escapeMarkdown(name)}**`,
    escapeMarkdown(facts.join(' · ')),
    `\`\`\`\n${joinCommandLine(spec.command).replaceAll('`', '’')}\n\`\`\``,
    escapeMarkdown([localize('on {target}', { target: spec.target }), asked].filter(Boolean).join(' · ')),
    listTimeline(job, now)
      .map((line) => `- ${escapeMarkdown(line)}`)
      .join('\n'),
    `\`${jobId}\``,
  ].join('\n\n')
}

/** What can be done with it, for `when` clauses. */
function listAbilities({ status, spec, isCancelRequested }: Job): readonly string[] {
  const isLive = !hasJobEnded(status)
  return [
    ...(isLive && !isCancelRequested ? ['cancellable'] : []),
    // One that waits for its secrets after the engine was started anew is given them by another try.
    ...(isLive ? (status === 'queued' && spec.secrets.length > 0 ? ['retryable'] : []) : ['retryable']),
    ...(status === 'running' && spec.target === 'local' && findDebugAddress(spec.command) !== undefined
      ? ['debuggable']
      : []),
  ]
}

export function nameGroup(group: JobGroupElement['group']): string {
  switch (group) {
    case 'queued':
      return localize('Queued')
    case 'running':
      return localize('Running')
    case 'done':
      return localize('Done')
  }
}

export function nameJobStatus(status: JobStatus): string {
  switch (status) {
    case 'queued':
      return localize('queued')
    case 'submitted':
      return localize('submitted')
    case 'running':
      return localize('running')
    case 'finished':
      return localize('finished')
    case 'failed':
      return localize('failed')
    case 'cancelled':
      return localize('cancelled')
    case 'lost':
      return localize('lost')
  }
}
