import { type ViewTab, viewTabs } from '../../src/protocol/saved-view.ts'
import { findInlineStep } from '../shared/direction.ts'
import { button, element } from '../shared/dom.ts'
import { text } from '../shared/texts.ts'
import type { Parts } from './tab.ts'

/** The list of tabs, and what concerns the view as a whole. */
export function createHeader({ host, state }: Parts): HTMLElement {
  const tabs = viewTabs.map((tab) => createTabButton(tab))
  const list = element('div', { role: 'tablist', 'aria-label': text('view.tabs') }, ...tabs)
  const chosen = element('span', { class: 'chosen-count', role: 'status' })
  const save = button(text('view.save'), () => host.save(state.view), { class: 'text-button needs-engine' })

  const exported = button(text('view.export'), () => host.act({ kind: 'export-table', view: state.view }), {
    class: 'text-button needs-engine',
  })

  function createTabButton(tab: ViewTab): HTMLButtonElement {
    return button(text(`tab.${tab}`), () => state.update({ tab }), {
      role: 'tab',
      id: `tab-${tab}`,
      'aria-controls': `panel-${tab}`,
    })
  }

  function draw(): void {
    for (const [index, made] of tabs.entries()) {
      const isSelected = viewTabs[index] === state.view.tab
      made.setAttribute('aria-selected', String(isSelected))
      made.tabIndex = isSelected ? 0 : -1
    }
    chosen.textContent = text('view.chosen', { count: state.view.chosen.length })
  }

  // Arrow keys move between tabs, as the ARIA practices for tabs ask.
  list.addEventListener('keydown', ({ key }) => {
    const step = findInlineStep(key, list)
    if (step === 0) return
    const next = viewTabs.at((viewTabs.indexOf(state.view.tab) + step) % viewTabs.length)
    if (next === undefined) return
    state.update({ tab: next })
    tabs[viewTabs.indexOf(next)]?.focus()
  })
  state.subscribe(draw)
  draw()
  return element('header', { class: 'view-header' }, list, chosen, exported, save)
}
