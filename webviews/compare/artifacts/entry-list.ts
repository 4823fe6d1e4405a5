import { element } from '../../shared/dom.ts'
import { text } from '../../shared/texts.ts'
import { createVirtualList } from '../../shared/virtual-list.ts'
import { type Entry, isMedium } from './entries.ts'

export interface EntryList {
  readonly element: HTMLElement
  /** @param chosen the key of the entry that is shown; undefined for all that is seen and heard */
  show(entries: readonly Entry[], chosen: string | undefined): void
}

type Option = Entry | 'media'

/** CSS pixels. */
const rowSize = 24

/** What was logged, to choose from; the first choice is everything that is seen and heard. */
export function createEntryList(chose: (key: string | undefined) => void): EntryList {
  let entries: readonly Entry[] = []
  let chosen: string | undefined
  let options: readonly Option[] = []
  const search = element('input', {
    type: 'search',
    placeholder: text('artifacts.search'),
    'aria-label': text('artifacts.search'),
  })
  const list = createVirtualList({
    id: 'artifact-entry',
    label: text('artifacts.list'),
    rowSize,
    isSingle: true,
    drawOption: (option, index) => drawOption(option, options[index]),
    isSelected: (index) => keyOf(options[index]) === chosen,
    pressed: (index) => chose(keyOf(options[index])),
  })

  function filter(): void {
    const words = search.value.trim().toLowerCase()
    const found = entries.filter(({ key }) => key.toLowerCase().includes(words))
    options = words === '' && entries.some(isMedium) ? ['media', ...found] : found
    list.setCount(options.length)
    list.redraw()
  }

  search.addEventListener('input', filter)
  return {
    element: element('div', { class: 'artifact-list' }, search, list.element),
    show(next, key) {
      entries = next
      chosen = key
      filter()
    },
  }
}

function keyOf(option: Option | undefined): string | undefined {
  return option === undefined || option === 'media' ? undefined : option.key
}

function drawOption(made: HTMLElement, option: Option | undefined): void {
  if (option === undefined) return
  if (option === 'media') return made.append(element('span', { class: 'artifact-option' }, text('artifacts.media')))
  const { key, kind, steps } = option
  const about = [
    text(`artifacts.kind.${kind}`),
    steps.length > 1 ? text('artifacts.steps', { count: steps.length }) : '',
  ]
  made.title = key
  made.append(
    element('span', { class: 'artifact-option', dir: 'auto' }, key),
    element('span', { class: 'artifact-about' }, about.filter((part) => part !== '').join(' · ')),
  )
}
