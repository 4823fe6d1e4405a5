import type { Methods } from '../../../src/protocol/methods.ts'
import type { TableColumn } from '../../../src/protocol/run-table.ts'
import { button, element } from '../../shared/dom.ts'
import { showPopover } from '../../shared/popover.ts'
import { text } from '../../shared/texts.ts'
import { createVirtualList } from '../../shared/virtual-list.ts'
import { columnName } from './column-name.ts'
import { listColumns } from './list-columns.ts'
import { toKeyId } from './view-columns.ts'

export interface ChooserParts {
  readonly anchor: Element
  /** What is chosen, for the title. */
  readonly title: string
  readonly keys: Methods['table/keys']['result']
  isShown(keyId: string): boolean
  show(columns: readonly TableColumn[], isShown: boolean): void
}

/** A dialog to find columns among all keys, and choose some of them. */
export function showColumnChooser({ anchor, title, keys, isShown, show }: ChooserParts): void {
  const all = listColumns(keys)
  let matching = all
  const list = createVirtualList({
    id: 'runs-chooser',
    label: text('runs.chooserList'),
    rowSize: 24,
    drawOption(option, index) {
      const column = matching[index]
      if (column === undefined) return
      option.append(
        element('span', { class: 'check', 'aria-hidden': 'true' }),
        element('span', { class: 'option-name', dir: 'auto', title: columnName(column) }, columnName(column)),
        element('span', { class: 'option-kind' }, text(`runs.kinds.${column.kind}`)),
      )
    },
    isSelected: (index) => matching[index] !== undefined && isShown(toKeyId(matching[index])),
    pressed(index) {
      const column = matching[index]
      if (column !== undefined) change([column], !isShown(toKeyId(column)))
    },
  })
  const search = element('input', {
    type: 'text',
    class: 'text-input',
    placeholder: text('runs.chooserSearch'),
    'aria-label': text('runs.chooserSearch'),
    spellcheck: 'false',
  })
  const count = element('span', { class: 'chooser-count', role: 'status' })

  function change(columns: readonly TableColumn[], isToBeShown: boolean): void {
    show(columns, isToBeShown)
    list.redraw()
  }

  function match(): void {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean)
    matching = all.filter((column) => {
      const key = 'key' in column ? column.key : ''
      const name = `${columnName(column)} ${key} ${text(`runs.kinds.${column.kind}`)}`.toLowerCase()
      return words.every((word) => name.includes(word))
    })
    count.textContent = text('runs.chooserCount', { shown: matching.length, total: all.length })
    list.setCount(matching.length)
  }

  search.addEventListener('input', match)
  search.addEventListener('keydown', (event) => {
    if (event.key !== 'ArrowDown') return
    event.preventDefault()
    list.element.focus()
  })
  const buttons = element(
    'div',
    { class: 'chooser-buttons' },
    button(text('runs.chooserAll'), () => change(matching, true), { class: 'text-button' }),
    button(text('runs.chooserNone'), () => change(matching, false), { class: 'text-button' }),
    count,
  )
  const content = element(
    'div',
    { class: 'column-chooser', role: 'dialog', 'aria-label': title },
    search,
    list.element,
    buttons,
  )
  showPopover({ anchor, content })
  match()
  search.focus()
}
