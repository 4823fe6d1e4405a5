import { element } from '../shared/dom.ts'
import type { Parts, Tab } from './tab.ts'

export function createDifferencesTab({ state }: Parts): Tab {
  const panel = element('section', { role: 'tabpanel', id: 'panel-differences', 'aria-labelledby': 'tab-differences' })
  return {
    element: panel,
    shown() {
      panel.textContent = state.view.title
    },
    received() {},
  }
}
