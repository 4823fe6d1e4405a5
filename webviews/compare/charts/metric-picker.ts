import { element } from '../../shared/dom.ts'
import { text } from '../../shared/texts.ts'
import { createNameFilter } from './metric-search.ts'

/** More than these are found by typing. */
const maxListed = 200

export interface MetricPicker {
  readonly element: HTMLElement
  readonly keys: readonly string[]
}

/** A list of metrics to tick, with a search above it. @param changed called when other metrics are ticked */
export function createMetricPicker(
  metrics: readonly string[],
  chosen: readonly string[],
  changed: () => void,
): MetricPicker {
  const keys = new Set(chosen)
  const search = element('input', {
    type: 'search',
    'aria-label': text('charts.dialog.search'),
    placeholder: text('charts.dialog.search'),
  })
  const isExpression = element('input', { type: 'checkbox' })
  const list = element('div', {
    class: 'picker-list',
    role: 'group',
    'aria-label': text('charts.dialog.metrics'),
    tabindex: -1,
  })
  const status = element('p', { class: 'picker-status', role: 'status' })
  const all = element('button', { type: 'button', class: 'tool' }, text('charts.dialog.all'))
  let found: readonly string[] = metrics

  function draw(): void {
    const filter = createNameFilter(search.value, isExpression.checked)
    search.setAttribute('aria-invalid', String(filter === undefined))
    found = filter === undefined ? [] : metrics.filter(filter)
    const isChosenFirst = search.value === '' ? [...keys, ...found.filter((key) => !keys.has(key))] : found
    list.replaceChildren(...isChosenFirst.slice(0, maxListed).map(createEntry))
    status.textContent = describe(filter !== undefined)
    all.disabled = found.length === 0 || found.length > 100
  }

  function describe(isValid: boolean): string {
    if (!isValid) return text('charts.dialog.noExpression')
    const rest = found.length - maxListed
    const more = rest > 0 ? ` ${text('charts.dialog.narrow', { count: rest })}` : ''
    return text('charts.dialog.count', { chosen: keys.size, found: found.length }) + more
  }

  function createEntry(key: string): HTMLElement {
    const box = element('input', { type: 'checkbox', checked: keys.has(key) })
    box.addEventListener('change', () => {
      if (box.checked) keys.add(key)
      else keys.delete(key)
      status.textContent = describe(true)
      changed()
    })
    return element('label', { class: 'picker-entry' }, box, element('bdi', {}, key))
  }

  search.addEventListener('input', draw)
  isExpression.addEventListener('change', draw)
  all.addEventListener('click', () => {
    for (const key of found) keys.add(key)
    draw()
    changed()
  })
  draw()
  const expression = element('label', { class: 'picker-entry' }, isExpression, text('charts.dialog.expression'))
  return {
    element: element(
      'div',
      { class: 'picker' },
      search,
      element('div', { class: 'picker-row' }, expression, all),
      list,
      status,
    ),
    get keys() {
      return [...keys]
    },
  }
}
