import type { TableColumn } from '../../../src/protocol/run-table.ts'
import { element } from '../../shared/dom.ts'
import { text } from '../../shared/texts.ts'
import { columnId } from './column-name.ts'
import { complete, type Completion } from './filter-completion.ts'
import type { FilterNames } from './find-named-column.ts'

export interface FilterBoxParts {
  readonly filter: string
  /** Fetched when the box gets the focus. */
  loadNames(): Promise<FilterNames>
  /** Texts that runs have in a column, the most frequent first. Fetched when one is to be typed. */
  loadValues(column: TableColumn): Promise<readonly string[]>
  apply(filter: string): void
}

export interface FilterBox {
  readonly element: HTMLElement
  /** Where what went wrong stands in the filter is read from the message; undefined takes the error away. */
  showError(message: string | undefined): void
  setFilter(filter: string): void
}

/** After this long without a key the filter is applied. */
const pauseMs = 700

/** One line in the engine's search grammar, with completion; an error is shown below it and where it is. */
export function createFilterBox(parts: FilterBoxParts): FilterBox {
  const input = element('input', {
    type: 'text',
    class: 'text-input',
    dir: 'ltr',
    role: 'combobox',
    value: parts.filter,
    placeholder: text('runs.filterHint'),
    'aria-label': text('runs.filter'),
    'aria-autocomplete': 'list',
    'aria-expanded': 'false',
    'aria-controls': 'runs-completions',
    autocomplete: 'off',
    spellcheck: 'false',
  })
  const marks = element('div', { class: 'filter-marks', dir: 'ltr', 'aria-hidden': 'true' })
  const error = element('div', {
    class: 'filter-error',
    dir: 'auto',
    id: 'runs-filter-error',
    role: 'alert',
    hidden: true,
  })
  const list = element('div', {
    class: 'menu completions',
    role: 'listbox',
    id: 'runs-completions',
    'aria-label': text('runs.completions'),
    hidden: true,
  })
  const root = element('div', { class: 'filter-box' }, marks, input, error, list)
  let names: FilterNames = { metrics: [], params: [], tags: [] }
  let completion: Completion = { from: 0, to: 0, items: [] }
  /** By column; empty until they were fetched. */
  const values = new Map<string, readonly string[]>()
  const valuesOf = (column: TableColumn) => values.get(columnId(column)) ?? []
  let active = -1
  let applied = parts.filter
  let isConfirmed = true
  let isTyping = false
  let timer: ReturnType<typeof setTimeout> | undefined

  function showCompletions(): void {
    completion = complete(input.value, input.selectionStart ?? input.value.length, names, valuesOf)
    active = -1
    drawCompletions()
    if (completion.column !== undefined && !values.has(columnId(completion.column))) void fetchValues(completion.column)
  }

  async function fetchValues(column: TableColumn): Promise<void> {
    const id = columnId(column)
    values.set(id, [])
    // One can type what cannot be proposed.
    const found = await parts.loadValues(column).catch(() => [])
    values.set(id, found)
    const isAwaited = completion.column !== undefined && columnId(completion.column) === id
    if (isAwaited && document.activeElement === input) showCompletions()
  }

  function hideCompletions(): void {
    isTyping = false
    completion = { from: completion.from, to: completion.to, items: [] }
    drawCompletions()
  }

  function drawCompletions(): void {
    const options = completion.items.map((item, index) => {
      const option = element(
        'div',
        {
          class: 'menu-item',
          role: 'option',
          id: `runs-completion-${index}`,
          'aria-selected': String(index === active),
        },
        item,
      )
      option.addEventListener('mousedown', (event) => {
        event.preventDefault()
        accept(index)
      })
      return option
    })
    list.replaceChildren(...options)
    list.hidden = options.length === 0
    // The font is of one width, so characters are a measure.
    list.style.insetInlineStart = `max(0px, min(100% - 240px, ${completion.from}ch - ${input.scrollLeft}px))`
    input.setAttribute('aria-expanded', String(!list.hidden))
    if (active < 0) input.removeAttribute('aria-activedescendant')
    else input.setAttribute('aria-activedescendant', `runs-completion-${active}`)
    options[active]?.scrollIntoView({ block: 'nearest' })
  }

  function accept(index: number): void {
    const item = completion.items[index]
    if (item === undefined) return
    input.setRangeText(`${item} `, completion.from, completion.to, 'end')
    typed()
  }

  function typed(): void {
    isTyping = true
    showError(undefined)
    showCompletions()
    clearTimeout(timer)
    timer = setTimeout(() => apply(false), pauseMs)
  }

  function apply(isByKey: boolean): void {
    clearTimeout(timer)
    isConfirmed = isByKey
    if (input.value === applied && !isByKey) return
    applied = input.value
    parts.apply(applied)
  }

  function showError(message: string | undefined): void {
    const place = message === undefined ? undefined : placeOf(message)
    // While one is typing, what is missing at the end is no mistake.
    const isUnfinished = !isConfirmed && place !== undefined && place >= input.value.trimEnd().length
    const shown = isUnfinished ? undefined : message
    error.hidden = shown === undefined
    error.textContent = shown ?? ''
    if (shown === undefined) {
      input.removeAttribute('aria-invalid')
      input.removeAttribute('aria-describedby')
      marks.replaceChildren()
    } else {
      input.setAttribute('aria-invalid', 'true')
      input.setAttribute('aria-describedby', error.id)
      drawMark(place)
    }
  }

  /** Underlines the word at the place, in a copy of the text that lies below the input. */
  function drawMark(place: number | undefined): void {
    if (place === undefined) return marks.replaceChildren()
    const { value } = input
    const word = /^\S+/.exec(value.slice(place))?.[0] ?? ' '
    const end = place + Math.max(1, word.length)
    const marked = element('span', { class: 'filter-mark' }, value.slice(place, end) || '\u00a0\u00a0')
    marks.replaceChildren(value.slice(0, place), marked, value.slice(end))
    marks.scrollLeft = input.scrollLeft
  }

  input.addEventListener('input', typed)
  input.addEventListener('scroll', () => void (marks.scrollLeft = input.scrollLeft))
  input.addEventListener('focus', async () => {
    values.clear()
    names = await parts.loadNames()
    if (isTyping) showCompletions()
  })
  input.addEventListener('blur', () => {
    hideCompletions()
    if (input.value !== applied) apply(true)
  })
  input.addEventListener('click', () => input.value !== '' && showCompletions())
  input.addEventListener('keydown', (event) => {
    if (event.isComposing || !handleKey(event)) return
    event.preventDefault()
  })

  /** Whether the key is the box's own. */
  function handleKey({ key, ctrlKey }: KeyboardEvent): boolean {
    const { items } = completion
    const isOpen = !list.hidden
    if (key === 'Escape' && isOpen) {
      hideCompletions()
      return true
    }
    if (key === 'Enter' || key === 'Tab') {
      if (isOpen && (active >= 0 || (key === 'Tab' && completion.to > completion.from))) {
        accept(Math.max(0, active))
        return true
      }
      if (key === 'Tab') return false
      hideCompletions()
      apply(true)
      return true
    }
    if (key === ' ' && ctrlKey) {
      showCompletions()
      return true
    }
    if (key !== 'ArrowDown' && key !== 'ArrowUp') return false
    if (!isOpen) showCompletions()
    else {
      const step = key === 'ArrowDown' ? 1 : -1
      active = active < 0 && step < 0 ? items.length - 1 : (active + step + items.length) % items.length
      drawCompletions()
    }
    return true
  }

  return {
    element: root,
    showError,
    setFilter(filter) {
      if (filter === applied) return
      applied = filter
      input.value = filter
      isConfirmed = true
      showError(undefined)
    },
  }
}

/** Counted from 0; messages count from 1. */
function placeOf(message: string): number | undefined {
  const found = /at character (\d+)/.exec(message)
  return found === null ? undefined : Number(found[1]) - 1
}
