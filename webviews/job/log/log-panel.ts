import type { JobPageAction } from '../../../src/protocol/job-page-messages.ts'
import type { JobId } from '../../../src/protocol/jobs.ts'
import type { Caller } from '../../shared/connect-page.ts'
import { button, element } from '../../shared/dom.ts'
import { toSizeText } from '../../shared/size-text.ts'
import { text } from '../../shared/texts.ts'
import { createFindBar } from './find-bar.ts'
import { createLogSearch } from './log-search.ts'
import { createLogSource } from './log-source.ts'
import { createLogView } from './log-view.ts'

export interface LogPanelParts {
  readonly caller: Caller
  readonly jobId: JobId
  /** The line that was at the top when the page was left; undefined where the end was followed. */
  readonly line: number | undefined
  act(action: JobPageAction): void
  /** The log stands elsewhere. */
  moved(line: number | undefined): void
}

/** A job's output, with what can be done with it. */
export interface LogPanel {
  readonly element: HTMLElement
  /** More may have been printed. */
  readOn(): void
}

export function createLogPanel({ caller, jobId, line, act, moved }: LogPanelParts): LogPanel {
  let wantedLine = line
  const source = createLogSource(caller, jobId, grown)
  const search = createLogSearch(source, (isMoved) => {
    const match = currentMatch()
    if (isMoved && match !== undefined) view.show(match.line)
    view.redraw()
    find.redraw()
  })
  const currentMatch = () => (search.current === undefined ? undefined : search.match(search.current))
  const view = createLogView({
    source,
    found: () => ({ query: search.query, current: currentMatch() }),
    opened: ({ path, line, column }) =>
      act({ kind: 'open-place', path, line, ...(column === undefined ? {} : { column }) }),
    followed: drawFollow,
  })
  const find = createFindBar(
    search,
    () => view.topLine,
    () => view.element.focus(),
  )
  const status = element('span', { class: 'log-status' })
  const follow = button(text('job.log.follow'), () => view.follow(!view.isFollowing), { class: 'text-button' })
  const bar = element(
    'div',
    { class: 'log-bar' },
    element('h2', {}, text('job.log')),
    status,
    button(text('job.log.find'), find.open, { class: 'text-button', 'aria-keyshortcuts': 'Control+F' }),
    follow,
    button(text('job.log.terminal'), () => act({ kind: 'open-log' }), { class: 'text-button' }),
  )

  function grown(): void {
    if (wantedLine !== undefined && source.lineCount > wantedLine) {
      view.follow(false)
      view.show(wantedLine)
      wantedLine = undefined
    }
    status.textContent = describeSource()
    view.redraw()
    search.grown()
  }

  function describeSource(): string {
    const { error, isRead, lineCount, readBytes, sizeBytes } = source
    if (error !== undefined) return text('job.log.failed', { message: error })
    // What comes live is read before it could be said.
    if (isRead || readBytes >= sizeBytes)
      return lineCount === 0 ? text('job.log.empty') : text('job.log.lines', { count: lineCount })
    return text('job.log.reading', { read: toSizeText(readBytes), size: toSizeText(sizeBytes) })
  }

  function drawFollow(): void {
    follow.setAttribute('aria-pressed', String(view.isFollowing))
    moved(view.isFollowing ? undefined : view.topLine)
  }

  view.element.addEventListener('scrollend', drawFollow)
  document.addEventListener('keydown', (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === 'f') find.open()
    else if (event.key === 'F3' && search.query !== '') search.step(event.shiftKey ? -1 : 1)
    else return
    event.preventDefault()
  })
  drawFollow()
  source.readOn()
  return {
    element: element('section', { class: 'log-panel', 'aria-label': text('job.log') }, bar, find.element, view.element),
    readOn: source.readOn,
  }
}
