import type { Methods } from '../../../src/protocol/methods.ts'
import { runAttributes, type TableColumn } from '../../../src/protocol/run-table.ts'
import { button, element } from '../../shared/dom.ts'
import { showPopover } from '../../shared/popover.ts'
import { text } from '../../shared/texts.ts'
import { createVirtualList } from '../../shared/virtual-list.ts'
import { columnName } from './column-name.ts'
import { toKeyId } from './view-columns.ts'

export interface ChooserParts {
  readonly anchor: Element
  readonly keys: Methods['table/keys']['result']
  isShown(keyId: string): boolean
  show(columns: readonly TableColumn[], isShown: boolean): void
}

/** A dialog to find columns among all keys, and show or hide them. */
export function showColumnChooser({ anchor, keys, isShown, show }: ChooserParts): void {
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
      const name = `${columnName(column)} ${text(`runs.kinds.${column.kind}`)}`.toLowerCase()
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
    { class: 'column-chooser', role: 'dialog', 'aria-label': text('runs.chooser') },
    search,
    list.element,
    buttons,
  )
  showPopover({ anchor, content })
  match()
  search.focus()
}

function listColumns({ metrics, params, tags }: ChooserParts['keys']): TableColumn[] {
  return [
    ...runAttributes
      .filter((key) => key !== 'run_name')
      .map((key) => ({ kind: 'attribute', key }) satisfies TableColumn),
    { kind: 'dataset' },
    ...metrics.map((key) => ({ kind: 'metric', key, aggregate: 'last' }) satisfies TableColumn),
    ...params.map((key) => ({ kind: 'param', key }) satisfies TableColumn),
    ...tags.map((key) => ({ kind: 'tag', key }) satisfies TableColumn),
  ]
}
