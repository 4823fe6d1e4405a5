import { element } from './dom.ts'
import { findVisibleRows, scrollToShow } from './grid/column-layout.ts'

export interface VirtualListParts {
  readonly id: string
  readonly label: string
  /** CSS pixels. */
  readonly rowSize: number
  /** Whether one option alone can be selected. Default: several. */
  readonly isSingle?: boolean
  drawOption(option: HTMLElement, index: number): void
  isSelected(index: number): boolean
  pressed(index: number): void
}

/** A list of options of which several can be selected; only those in sight exist. */
export interface VirtualList {
  readonly element: HTMLElement
  setCount(count: number): void
  /** Makes an option the one that keys begin at, in sight. */
  goTo(index: number): void
  redraw(): void
}

export function createVirtualList(parts: VirtualListParts): VirtualList {
  const { rowSize } = parts
  const body = element('div', { class: 'list-body', role: 'presentation' })
  const root = element(
    'div',
    {
      class: 'virtual-list',
      role: 'listbox',
      tabindex: 0,
      'aria-label': parts.label,
      'aria-multiselectable': String(parts.isSingle !== true),
    },
    body,
  )
  let count = 0
  let active = 0

  function draw(): void {
    const { from, to } = findVisibleRows(count, rowSize, root.scrollTop, root.clientHeight)
    const options = Array.from({ length: to - from }, (_, place) => drawOption(from + place))
    body.replaceChildren(...options)
    const isShown = active >= from && active < to
    if (isShown) root.setAttribute('aria-activedescendant', `${parts.id}-${active}`)
    else root.removeAttribute('aria-activedescendant')
  }

  function drawOption(index: number): HTMLElement {
    const option = element('div', {
      class: `list-option${index === active ? ' active' : ''}`,
      role: 'option',
      id: `${parts.id}-${index}`,
      'aria-selected': String(parts.isSelected(index)),
      'aria-posinset': index + 1,
      'aria-setsize': count,
    })
    option.style.insetBlockStart = `${index * rowSize}px`
    parts.drawOption(option, index)
    return option
  }

  function go(index: number): void {
    active = Math.max(0, Math.min(count - 1, index))
    root.scrollTop = scrollToShow(root.scrollTop, root.clientHeight, active * rowSize, (active + 1) * rowSize)
    draw()
  }

  body.addEventListener('click', ({ clientY }) => {
    const index = Math.floor((clientY - body.getBoundingClientRect().top) / rowSize)
    if (index < 0 || index >= count) return
    active = index
    parts.pressed(index)
  })
  root.addEventListener('scroll', draw, { passive: true })
  root.addEventListener('keydown', (event) => {
    const page = Math.max(1, Math.floor(root.clientHeight / rowSize) - 1)
    const moves: Record<string, () => void> = {
      ArrowDown: () => go(active + 1),
      ArrowUp: () => go(active - 1),
      PageDown: () => go(active + page),
      PageUp: () => go(active - page),
      Home: () => go(0),
      End: () => go(count - 1),
      ' ': () => parts.pressed(active),
      Enter: () => parts.pressed(active),
    }
    const move = moves[event.key]
    if (move === undefined || count === 0) return
    event.preventDefault()
    move()
  })
  new ResizeObserver(draw).observe(root)

  return {
    element: root,
    setCount(next) {
      count = next
      active = Math.max(0, Math.min(active, count - 1))
      body.style.blockSize = `${count * rowSize}px`
      draw()
    },
    goTo: go,
    redraw: draw,
  }
}
