import { button, element } from '../../shared/dom.ts'
import { text } from '../../shared/texts.ts'
import type { LogSearch } from './log-search.ts'

/** The box that looks for a text in the log. */
export interface FindBar {
  readonly element: HTMLElement
  open(): void
  redraw(): void
}

/** @param nearLine where the search begins; `closed` is told when the box has gone */
export function createFindBar(search: LogSearch, nearLine: () => number, closed: () => void): FindBar {
  const input = element('input', {
    type: 'search',
    class: 'text-input',
    'aria-label': text('job.find'),
    placeholder: text('job.find'),
    spellcheck: 'false',
  })
  const count = element('span', { class: 'find-count', role: 'status' })
  const step = (by: 1 | -1) => () => search.step(by)
  const bar = element(
    'div',
    { class: 'find-bar', role: 'search', hidden: true },
    input,
    count,
    button('↑', step(-1), {
      class: 'text-button',
      'aria-label': text('job.find.previous'),
      title: text('job.find.previous'),
    }),
    button('↓', step(1), { class: 'text-button', 'aria-label': text('job.find.next'), title: text('job.find.next') }),
    button('×', close, { class: 'text-button', 'aria-label': text('job.find.close'), title: text('job.find.close') }),
  )

  function close(): void {
    bar.hidden = true
    search.look('', 0)
    closed()
  }

  function redraw(): void {
    const { query, count: found, current, isDone } = search
    const values = { place: current === undefined ? 0 : current + 1, count: found }
    if (query === '') count.textContent = ''
    else if (found === 0) count.textContent = text(isDone ? 'job.find.none' : 'job.find.searching')
    else count.textContent = text(isDone ? 'job.find.place' : 'job.find.placeSoFar', values)
  }

  input.addEventListener('input', () => search.look(input.value, nearLine()))
  bar.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') close()
    else if (event.key === 'Enter' && event.target === input) search.step(event.shiftKey ? -1 : 1)
    else return
    event.preventDefault()
  })

  return {
    element: bar,
    open() {
      bar.hidden = false
      search.look(input.value, nearLine())
      input.focus()
      input.select()
    },
    redraw,
  }
}
