import { hasJobEnded } from '../../src/protocol/jobs.ts'
import type { FromJobPage, JobPageAction, KeptJobPage, ToJobPage } from '../../src/protocol/job-page-messages.ts'
import { RunwrightError } from '../../src/protocol/errors.ts'
import type { PageAnswer, PageRequest } from '../../src/protocol/webview-messages.ts'
import type { ViewEvent } from '../../src/protocol/view-event.ts'
import { connectPage } from '../shared/connect-page.ts'
import { element } from '../shared/dom.ts'
import { speak, text } from '../shared/texts.ts'
import { drawAbout } from './about.ts'
import { createHeader } from './header.ts'
import { createJobSource, type JobFacts } from './job-source.ts'
import { keepFocus } from './keep-focus.ts'
import { createLogPanel } from './log/log-panel.ts'
import { createMetrics } from './metrics.ts'
import { drawTimeline } from './timeline.ts'

/** Durations go on by the second. */
const clockMs = 1000

let received: (event: ViewEvent) => void = () => {}
const page = connectPage<Exclude<ToJobPage, PageAnswer>, Exclude<FromJobPage, PageRequest>, KeptJobPage>((message) => {
  speak(message.language)
  received = openPage(message)
})
page.onEvent((event) => received(event))

/** Builds the page. @returns takes what has changed */
function openPage({ jobId, connectionId }: ToJobPage & { kind: 'show' }): (event: ViewEvent) => void {
  const act = (action: JobPageAction) => page.post({ kind: 'act', action })
  const notice = element('p', { class: 'page-notice', role: 'alert', hidden: true })
  const tell = (message: string) => {
    notice.textContent = message
    notice.hidden = message === ''
  }
  const change = (method: 'jobs/cancel' | 'jobs/promote') => () =>
    void page.call(method, { jobId }).then(
      () => tell(''),
      (error: unknown) => tell(error instanceof RunwrightError ? error.message : String(error)),
    )
  const header = createHeader({ act, cancel: change('jobs/cancel'), promote: change('jobs/promote') })
  const source = createJobSource(page, jobId, { changed: draw, failed: tell })
  const log = createLogPanel({
    caller: page,
    jobId,
    line: readKeptLine(page.kept()),
    act,
    moved: (line) => page.keep({ connectionId, jobId, ...(line === undefined ? {} : { line }) }),
  })
  const metrics = createMetrics(page)
  const timeline = element('section', { 'aria-label': text('job.timeline') })
  const about = element('section', { 'aria-label': text('job.about') })
  let aboutDrawn = ''

  function draw(facts: JobFacts): void {
    drawClock(facts)
    const { job, run, ...others } = facts
    const wanted = JSON.stringify([job, others, [...facts.gpuNames]])
    if (wanted !== aboutDrawn) {
      keepFocus(about, () => about.replaceChildren(heading('job.about'), drawAbout(facts, act)))
    }
    aboutDrawn = wanted
    if (run !== undefined) metrics.draw(run)
  }

  function drawClock(facts: JobFacts): void {
    const now = Date.now()
    header.draw(facts, now)
    timeline.replaceChildren(heading('job.timeline'), ...drawTimeline(facts.job, now))
  }

  setInterval(() => {
    const { facts } = source
    if (facts !== undefined && !hasJobEnded(facts.job.status)) drawClock(facts)
  }, clockMs)
  const side = element('div', { class: 'job-side', tabindex: 0, role: 'region', 'aria-label': text('job.details') })
  side.append(timeline, about, metrics.element)
  document.body.replaceChildren(header.element, notice, element('main', { class: 'job-main' }, side, log.element))
  source.load()
  return (event) => {
    source.received(event)
    metrics.received(event)
    const isOfRun = 'runId' in event && event.runId === source.facts?.job.runId
    if (event.kind === 'reset' || (isOfRun && (event.kind === 'artifacts' || event.kind === 'job-changed')))
      log.readOn()
  }
}

function heading(key: 'job.about' | 'job.timeline'): HTMLElement {
  return element('h2', {}, text(key))
}

/** What an older version has kept is no reason not to open. */
function readKeptLine(kept: unknown): number | undefined {
  const line = typeof kept === 'object' && kept !== null && 'line' in kept ? kept.line : undefined
  return typeof line === 'number' && Number.isSafeInteger(line) && line >= 0 ? line : undefined
}
