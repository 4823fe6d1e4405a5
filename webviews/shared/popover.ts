import { isRightToLeft } from './direction.ts'
import { element } from './dom.ts'

export interface Popover {
  /** `isFocusBack`: whether the focus goes back to where it was. Default: true. */
  close(isFocusBack?: boolean): void
}

export interface PopoverParts {
  /** What it stands beside. */
  readonly anchor: Element | { readonly x: number; readonly y: number }
  readonly content: HTMLElement
  closed?(): void
}

let openPopover: Popover | undefined

/** Shows something above the page, beside its anchor, until Escape, or a press elsewhere. One at a time. */
export function showPopover({ anchor, content, closed }: PopoverParts): Popover {
  openPopover?.close()
  const before = document.activeElement
  const holder = element('div', { class: 'popover' }, content)
  const ending = new AbortController()
  const { signal } = ending
  const popover: Popover = {
    close(isFocusBack = true) {
      if (signal.aborted) return
      ending.abort()
      if (openPopover === popover) openPopover = undefined
      holder.remove()
      closed?.()
      if (isFocusBack && before instanceof HTMLElement) before.focus({ preventScroll: true })
    },
  }
  openPopover = popover
  document.body.append(holder)
  placeBeside(holder, anchor)
  const isInside = ({ target }: Event) => target instanceof Node && holder.contains(target)
  window.addEventListener('pointerdown', (event) => !isInside(event) && popover.close(false), { signal, capture: true })
  window.addEventListener('resize', () => popover.close(), { signal })
  window.addEventListener('blur', () => popover.close(), { signal })
  holder.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return
    event.preventDefault()
    event.stopPropagation()
    popover.close()
  })
  return popover
}

const margin = 4

/** Below the anchor from its inline start, moved as far as it takes to be in the window, or above it. */
function placeBeside(holder: HTMLElement, anchor: PopoverParts['anchor']): void {
  const box = anchor instanceof Element ? anchor.getBoundingClientRect() : new DOMRect(anchor.x, anchor.y, 0, 0)
  const { width, height } = holder.getBoundingClientRect()
  const wanted = isRightToLeft(document.body) ? box.right - width : box.left
  const x = Math.max(margin, Math.min(wanted, window.innerWidth - width - margin))
  const fitsBelow = box.bottom + height + margin <= window.innerHeight
  const y = fitsBelow ? box.bottom : Math.max(margin, box.top - height)
  holder.style.translate = `${x}px ${Math.min(y, Math.max(margin, window.innerHeight - height - margin))}px`
}
