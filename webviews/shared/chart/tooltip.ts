import { element } from '../dom.ts'

/** A line of a tooltip. */
export interface TooltipRow {
  readonly color: string
  readonly name: string
  readonly value: string
  /** The one the pointer is at. */
  readonly isNearest: boolean
}

export interface Tooltip {
  readonly element: HTMLElement
  /** @param left where the pointer is, in CSS pixels within the plot, `width` pixels wide */
  show(content: { title: string; rows: readonly TooltipRow[]; more: string }, left: number, width: number): void
  hide(): void
}

/** For the eye alone: whoever reads otherwise is told by the chart's live region. */
export function createTooltip(): Tooltip {
  const title = element('div', { class: 'tooltip-title' })
  const list = element('div', { class: 'tooltip-rows' })
  const more = element('div', { class: 'tooltip-more' })
  const box = element('div', { class: 'chart-tooltip', 'aria-hidden': 'true', hidden: true }, title, list, more)
  const rows: Row[] = []

  /** Rows are kept: a pointer that moves changes their texts alone. */
  function showRows(contents: readonly TooltipRow[]): void {
    while (rows.length < contents.length) rows.push(createRow())
    if (list.childElementCount !== contents.length * 3) {
      list.replaceChildren(
        ...rows.slice(0, contents.length).flatMap(({ swatch, name, value }) => [swatch, name, value]),
      )
    }
    for (const [index, content] of contents.entries()) rows[index]?.show(content)
  }

  return {
    element: box,
    show(content, left, width) {
      title.textContent = content.title
      showRows(content.rows)
      more.textContent = content.more
      more.hidden = content.more === ''
      box.hidden = false
      const isLeft = left > width / 2
      box.style.left = isLeft ? 'auto' : `${left + 14}px`
      box.style.right = isLeft ? `${width - left + 14}px` : 'auto'
    },
    hide() {
      box.hidden = true
    },
  }
}

interface Row {
  readonly swatch: HTMLElement
  readonly name: HTMLElement
  readonly value: HTMLElement
  show(content: TooltipRow): void
}

function createRow(): Row {
  const swatch = element('span', { class: 'chart-swatch' })
  const name = element('span', { class: 'tooltip-name' })
  const value = element('span', { class: 'tooltip-value' })
  return {
    swatch,
    name,
    value,
    show(content) {
      swatch.style.background = content.color
      name.textContent = content.name
      value.textContent = content.value
      for (const cell of [name, value]) cell.classList.toggle('nearest', content.isNearest)
    },
  }
}
