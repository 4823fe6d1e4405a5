import { findDebugAddress } from '../../src/protocol/debugpy.ts'
import type { JobPageAction } from '../../src/protocol/job-page-messages.ts'
import { hasJobEnded, type Job } from '../../src/protocol/jobs.ts'
import { estimateRemainingMs, findProgress, type Progress } from '../../src/protocol/progress.ts'
import { findRunningMs } from '../../src/protocol/running-time.ts'
import { button, element } from '../shared/dom.ts'
import { text } from '../shared/texts.ts'
import { formatDuration } from '../shared/time-text.ts'
import type { JobFacts } from './job-source.ts'
import { clock } from './timeline.ts'

export interface HeaderParts {
  act(action: JobPageAction): void
  cancel(): void
  promote(): void
}

/** What the job is, where it stands, how far it has come, and what can be done with it. */
export interface Header {
  readonly element: HTMLElement
  draw(facts: JobFacts, now: number): void
}

export function createHeader({ act, cancel, promote }: HeaderParts): Header {
  const name = element('h1', { dir: 'auto' })
  const status = element('span', { class: 'job-status', role: 'status' })
  const detail = element('span', { class: 'job-detail', dir: 'auto' })
  const bar = element('div', { class: 'job-progress', role: 'progressbar', 'aria-label': text('job.progress') })
  const fill = element('div', { class: 'job-progress-fill' })
  bar.append(fill)
  const buttons = {
    cancel: textButton('job.cancel', cancel),
    retry: textButton('job.retry', () => act({ kind: 'retry' })),
    promote: textButton('job.promote', promote),
    debug: textButton('job.debug', () => act({ kind: 'attach-debugger' })),
    run: textButton('job.openRun', () => act({ kind: 'open-run' })),
  }
  /** Where the present attempt began, as far as its progress tells. */
  let origin: { readonly attempt: number; readonly from: Pick<Progress, 'done' | 'at'> } | undefined

  function findOrigin({ attempts }: Job, progress: Progress): Pick<Progress, 'done' | 'at'> {
    const startedAt = attempts.at(-1)?.startedAt
    if (origin?.attempt !== attempts.length) {
      // A later attempt goes on from a checkpoint: where, its first metrics say.
      const isFirst = attempts.length <= 1 && startedAt !== undefined
      origin = { attempt: attempts.length, from: isFirst ? { done: 0, at: startedAt } : progress }
    }
    return origin.from
  }

  function drawProgress({ job, run }: JobFacts, now: number): readonly string[] {
    const progress = job.status === 'running' && run !== undefined ? findProgress(run.params, run.metrics) : undefined
    bar.hidden = progress === undefined
    if (progress === undefined) return []
    const { unit, done, total } = progress
    const share = Math.round((100 * done) / total)
    fill.style.inlineSize = `${share}%`
    const words = text(`job.progress.${unit}`, { done: Number(done.toFixed(2)), total })
    bar.setAttribute('aria-valuenow', String(share))
    bar.setAttribute('aria-valuetext', words)
    const leftMs = estimateRemainingMs(progress, findOrigin(job, progress), now)
    if (leftMs === undefined) return [words]
    return [words, text('job.left', { duration: formatDuration(leftMs), time: clock(now + leftMs, now) })]
  }

  return {
    element: element(
      'header',
      { class: 'job-header' },
      element('div', { class: 'job-title' }, name, status, detail),
      bar,
      element('div', { class: 'job-buttons' }, ...Object.values(buttons)),
    ),
    draw(facts, now) {
      const { job } = facts
      const isLive = !hasJobEnded(job.status)
      const ranMs = findRunningMs(job, now)
      name.textContent = job.name
      const words = isLive && job.isCancelRequested ? text('job.cancelling') : text(`job.status.${job.status}`)
      // Told aloud when it changes, and then only.
      if (status.textContent !== words) status.textContent = words
      status.className = `job-status status-${job.status}`
      const progress = drawProgress(facts, now)
      const parts = [
        ...progress,
        ranMs === undefined ? '' : text('job.ran', { duration: formatDuration(ranMs) }),
        job.reason,
      ]
      detail.textContent = parts.filter(Boolean).join(' · ')
      buttons.cancel.hidden = !isLive || job.isCancelRequested
      buttons.retry.hidden = isLive && !(job.status === 'queued' && job.spec.secrets.length > 0)
      buttons.promote.hidden = job.status !== 'queued'
      buttons.debug.hidden =
        job.status !== 'running' || job.spec.target !== 'local' || findDebugAddress(job.spec.command) === undefined
    },
  }
}

function textButton(key: 'job.cancel' | 'job.retry' | 'job.promote' | 'job.debug' | 'job.openRun', press: () => void) {
  return button(text(key), press, { class: 'text-button' })
}
