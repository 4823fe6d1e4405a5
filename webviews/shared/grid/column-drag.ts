import { element } from '../dom.ts'
import { type ColumnLayout, startOf, widthOf } from './column-layout.ts'

interface DragParts {
  layout(): ColumnLayout
  resized(column: number, width: number, isDone: boolean): void
  dropped(column: number, before: number): void
}

/** Pixels that the mouse moves before a press becomes a drag. */
const threshold = 5
const minWidth = 48

/** How close to a header's end a press takes its edge, in CSS pixels. */
const edgeSize = 6

/** Columns are resized by their edge and moved by their header. */
export function followColumnDrag(head: HTMLElement, parts: DragParts): void {
  const mark = element('div', { class: 'grid-drop-mark', hidden: true })
  head.append(mark)

  head.addEventListener('pointerdown', (event) => {
    const target = event.target instanceof Element ? event.target : undefined
    const cell = target?.closest('[role=columnheader]')
    if (event.button !== 0 || cell === null || cell === undefined) return
    const column = Number(cell.getAttribute('aria-colindex')) - 1
    const { left, right } = cell.getBoundingClientRect()
    const toEnd = direction() > 0 ? right - event.clientX : event.clientX - left
    follow(event, toEnd <= edgeSize ? resize(column, event.clientX) : move(column, event.clientX))
  })

  const direction = () => (getComputedStyle(head).direction === 'rtl' ? -1 : 1)

  function resize(column: number, startX: number): Gesture {
    const before = widthOf(parts.layout(), column)
    let last = before
    return {
      moved({ clientX }) {
        const width = Math.max(minWidth, Math.round(before + (clientX - startX) * direction()))
        if (width !== last) parts.resized(column, (last = width), false)
      },
      ended() {
        suppressClick(head)
        parts.resized(column, last, true)
      },
    }
  }

  function move(column: number, startX: number): Gesture {
    let before: number | undefined
    return {
      moved({ clientX }) {
        if (before === undefined && Math.abs(clientX - startX) < threshold) return
        before = findDropPlace(clientX)
        mark.hidden = false
        mark.style.insetInlineStart = `${startOf(parts.layout(), before)}px`
      },
      ended(isDone) {
        mark.hidden = true
        if (before === undefined) return
        suppressClick(head)
        if (isDone) parts.dropped(column, before)
      },
    }
  }

  /** The column whose first half the pointer is over, or whose predecessor's second half. */
  function findDropPlace(clientX: number): number {
    const layout = parts.layout()
    const box = head.getBoundingClientRect()
    const fromStart = direction() > 0 ? clientX - box.left : box.right - clientX
    const scroller = head.parentElement?.getBoundingClientRect()
    const fromEdge =
      scroller === undefined ? fromStart : direction() > 0 ? clientX - scroller.left : scroller.right - clientX
    const isOverPinned = fromEdge < startOf(layout, layout.pinnedCount)
    const place = isOverPinned ? fromEdge : fromStart
    let column = 0
    while (column < layout.count && startOf(layout, column) + widthOf(layout, column) / 2 < place) column += 1
    return column
  }
}

interface Gesture {
  moved(event: PointerEvent): void
  ended(isDone: boolean): void
}

function follow(start: PointerEvent, gesture: Gesture): void {
  const ending = new AbortController()
  const { signal } = ending
  const end = (isDone: boolean) => {
    ending.abort()
    gesture.ended(isDone)
  }
  const isSame = (event: PointerEvent) => event.pointerId === start.pointerId
  window.addEventListener('pointermove', (event) => isSame(event) && gesture.moved(event), { signal })
  window.addEventListener('pointerup', (event) => isSame(event) && end(true), { signal })
  window.addEventListener('pointercancel', (event) => isSame(event) && end(false), { signal })
  window.addEventListener('keydown', ({ key }) => key === 'Escape' && end(false), { signal })
}

/** The click that the browser makes of the end of a drag is no press of the header. */
function suppressClick(head: HTMLElement): void {
  const stop = (event: Event) => event.stopPropagation()
  head.addEventListener('click', stop, { capture: true, once: true })
  setTimeout(() => head.removeEventListener('click', stop, { capture: true }))
}
