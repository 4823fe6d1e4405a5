import { hasJobEnded, type Job, type JobExit } from '../../src/protocol/jobs.ts'
import { element } from '../shared/dom.ts'
import { currentLocale, text } from '../shared/texts.ts'
import { formatDuration, formatTime } from '../shared/time-text.ts'
import { listTurns, type Turn } from './turns.ts'

/** When the job came to what, how long that took, and what it waits for: a strip to see, and a list to read. */
export function drawTimeline(job: Job, now: number): readonly HTMLElement[] {
  const turns = listTurns(job)
  const entries = turns.map((turn) => drawTurn(turn, job, now))
  const outcome = hasJobEnded(job.status) && turns.at(-1)?.kind !== 'ended' ? [drawOutcome(job)] : []
  return [drawStrip(turns, now), element('ol', { class: 'timeline' }, ...entries, ...outcome)]
}

/** As wide as it took; what took no time has no part in it. */
function drawStrip(turns: readonly Turn[], now: number): HTMLElement {
  const parts = turns.flatMap((turn) => {
    const ms = durationOf(turn, now) ?? 0
    if (ms <= 0 || turn.kind === 'ended') return []
    const part = element('span', { class: `strip-${turn.kind}`, title: `${nameTurn(turn)} · ${formatDuration(ms)}` })
    part.style.flexGrow = String(ms)
    return [part]
  })
  return element('div', { class: 'timeline-strip', 'aria-hidden': 'true', hidden: parts.length === 0 }, ...parts)
}

function drawTurn(turn: Turn, { reason }: Job, now: number): HTMLElement {
  const ms = durationOf(turn, now)
  const waits = turn.isNow && turn.kind !== 'running' ? reason : ''
  const lasting = turn.isNow ? 'job.time.since' : 'job.time.for'
  return element(
    'li',
    { class: `turn turn-${turn.kind}`, 'aria-current': turn.isNow ? 'step' : undefined },
    element(
      'time',
      { datetime: new Date(turn.from).toISOString(), title: formatTime(turn.from) },
      clock(turn.from, now),
    ),
    element(
      'span',
      {},
      nameTurn(turn),
      ...(ms === undefined || ms < 1
        ? []
        : [element('span', { class: 'turn-duration' }, text(lasting, { duration: formatDuration(ms) }))]),
      ...(waits === '' ? [] : [element('span', { class: 'turn-reason', dir: 'auto' }, waits)]),
    ),
  )
}

function drawOutcome({ status, reason }: Job): HTMLElement {
  return element(
    'li',
    { class: 'turn turn-ended' },
    element('span', {}),
    element('span', { dir: 'auto' }, [text(`job.status.${status}`), reason].filter(Boolean).join(' · ')),
  )
}

function durationOf({ kind, from, to, isNow }: Turn, now: number): number | undefined {
  if (kind === 'ended') return undefined
  const end = to ?? (isNow ? now : undefined)
  return end === undefined ? undefined : Math.max(0, end - from)
}

function nameTurn({ kind, attempt, exit }: Turn): string {
  return text(`job.turn.${kind}`, { attempt, end: exit === undefined ? '' : describeExit(exit) })
}

function describeExit({ cause, exitCode, signal }: JobExit): string {
  if (cause !== 'exited') return text(`job.exit.${cause}`)
  return signal === null ? text('job.exit.code', { code: exitCode ?? '?' }) : text('job.exit.signal', { signal })
}

const dayMs = 24 * 3_600_000

/** The time of day, with the date where that is not clear. */
export function clock(time: number, now: number): string {
  const isNear = Math.abs(now - time) < dayMs && new Date(time).getDate() === new Date(now).getDate()
  const format = isNear
    ? { timeStyle: 'medium' as const }
    : { dateStyle: 'medium' as const, timeStyle: 'medium' as const }
  return new Intl.DateTimeFormat(currentLocale(), { ...format, hourCycle: 'h23' }).format(time)
}
