import { findInlineStep } from './direction.ts'
import { button, element } from './dom.ts'

export interface Tab<Name extends string> {
  readonly name: Name
  readonly label: string
  /** What it shows. */
  readonly panel: HTMLElement
}

export interface Tabs<Name extends string> {
  /** The list of tabs; their panels are placed by the page. */
  readonly element: HTMLElement
  choose(name: Name): void
}

/** Tabs by the ARIA practices: one is in the order of the Tab key, arrows lead to the others and show them. */
export function createTabs<Name extends string>(
  label: string,
  tabs: readonly Tab<Name>[],
  chosen: (name: Name) => void,
): Tabs<Name> {
  let current = 0
  const buttons = tabs.map(({ name, label: title, panel }) => {
    panel.id = `panel-${name}`
    panel.setAttribute('role', 'tabpanel')
    panel.setAttribute('aria-labelledby', `tab-${name}`)
    return button(title, () => choose(name), { role: 'tab', id: `tab-${name}`, 'aria-controls': panel.id })
  })
  const list = element('div', { role: 'tablist', class: 'tabs', 'aria-label': label }, ...buttons)

  function choose(name: Name): void {
    current = tabs.findIndex((tab) => tab.name === name)
    for (const [index, made] of buttons.entries()) {
      made.setAttribute('aria-selected', String(index === current))
      made.tabIndex = index === current ? 0 : -1
    }
    for (const [index, { panel }] of tabs.entries()) panel.hidden = index !== current
    chosen(name)
  }

  list.addEventListener('keydown', ({ key }) => {
    const step = findInlineStep(key, list)
    const index = (current + step + tabs.length) % tabs.length
    const next = tabs[index]
    if (step === 0 || next === undefined) return
    choose(next.name)
    buttons[index]?.focus()
  })
  return { element: list, choose }
}
