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
      list.replaceChildren(...rows.slice(0, contents.length).flatMap(({ elements }) => elements))
    }
    for (const [index, content] of contents.entries()) rows[index]?.show(content)
  }

  return {
    element: box,
    show(content, left, width) {
      setText(title, content.title)
      showRows(content.rows)
      setText(more, content.more)
      more.hidden = content.more === ''
      // Moved, not laid out: a pointer that passes over a plot moves it with every event.
      const isLeft = left > width / 2
      box.classList.toggle('left', isLeft)
      box.style.transform = `translateX(${isLeft ? left - width - 14 : left + 14}px)`
      if (box.hidden) box.hidden = false
    },
    hide() {
      if (!box.hidden) box.hidden = true
    },
  }
}

function setText(of: HTMLElement, text: string): void {
  if (of.textContent !== text) of.textContent = text
}

interface Row {
  readonly elements: readonly HTMLElement[]
  show(content: TooltipRow): void
}

function createRow(): Row {
  const swatch = element('span', { class: 'chart-swatch' })
  const [name, value] = [new Text(), new Text()]
  const cells = [
    element('span', { class: 'tooltip-name', dir: 'auto' }, name),
    element('span', { class: 'tooltip-value', dir: 'ltr' }, value),
  ]
  let shown: TooltipRow | undefined
  return {
    elements: [swatch, ...cells],
    show(content) {
      if (content.color !== shown?.color) swatch.style.background = content.color
      if (content.name !== shown?.name) name.data = content.name
      if (content.value !== shown?.value) value.data = content.value
      if (content.isNearest !== (shown?.isNearest ?? false)) {
        for (const cell of cells) cell.classList.toggle('nearest', content.isNearest)
      }
      shown = content
    },
  }
}
