import { element } from '../shared/dom.ts'
import type { Parts, Tab } from './tab.ts'

export function createChartsTab({ state }: Parts): Tab {
  const panel = element('section', { role: 'tabpanel', id: 'panel-charts', 'aria-labelledby': 'tab-charts' })
  return {
    element: panel,
    shown() {
      panel.textContent = state.view.title
    },
    received() {},
  }
}
