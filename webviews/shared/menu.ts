import { element } from './dom.ts'
import { type PopoverParts, showPopover } from './popover.ts'

export interface MenuItem {
  readonly label: string
  run(): void
  /** One of several of which it is the one. */
  readonly isChecked?: boolean
  readonly isDisabled?: boolean
  /** Whether a line is drawn above it. */
  readonly isFirstOfGroup?: boolean
}

/**
 * A menu that opens on its first entry.
 *
 * @see https://www.w3.org/WAI/ARIA/apg/patterns/menubar/
 */
export function showMenu(anchor: PopoverParts['anchor'], label: string, items: readonly MenuItem[]): void {
  const entries = items.map(createEntry)
  const menu = element('div', { class: 'menu', role: 'menu', 'aria-label': label })
  for (const [index, { isFirstOfGroup }] of items.entries()) {
    if (isFirstOfGroup === true && index > 0) menu.append(element('div', { role: 'separator' }))
    menu.append(entries[index] ?? '')
  }
  const popover = showPopover({ anchor, content: menu })
  const place = () => entries.findIndex((entry) => entry === document.activeElement)
  const go = (index: number) => entries.at(index % entries.length)?.focus()

  function run(index: number): void {
    const item = items[index]
    if (item === undefined || item.isDisabled === true) return
    popover.close()
    item.run()
  }

  for (const [index, entry] of entries.entries()) {
    entry.addEventListener('click', () => run(index))
    entry.addEventListener('pointermove', () => entry.focus())
  }
  menu.addEventListener('contextmenu', (event) => event.preventDefault())
  menu.addEventListener('keydown', (event) => {
    const moves: Record<string, () => void> = {
      ArrowDown: () => go(place() + 1),
      ArrowUp: () => go(place() < 1 ? -1 : place() - 1),
      Home: () => go(0),
      End: () => go(-1),
      Enter: () => run(place()),
      ' ': () => run(place()),
      Tab: () => popover.close(),
    }
    const move = moves[event.key] ?? (event.key.length === 1 ? () => goToLetter(event.key) : undefined)
    if (move === undefined) return
    event.preventDefault()
    move()
  })

  function goToLetter(letter: string): void {
    const after = place() + 1
    const begins = (index: number) => items[index]?.label.toLowerCase().startsWith(letter.toLowerCase()) === true
    const order = items.map((_, index) => (after + index) % items.length)
    const found = order.find(begins)
    if (found !== undefined) go(found)
  }

  go(0)
}

function createEntry({ label, isChecked, isDisabled }: MenuItem): HTMLElement {
  return element(
    'div',
    {
      class: 'menu-item',
      role: isChecked === undefined ? 'menuitem' : 'menuitemradio',
      tabindex: -1,
      'aria-checked': isChecked === undefined ? undefined : String(isChecked),
      'aria-disabled': isDisabled === true ? 'true' : undefined,
    },
    label,
  )
}
