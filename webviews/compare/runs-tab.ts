import { element } from '../shared/dom.ts'
import type { Parts, Tab } from './tab.ts'

export function createRunsTab({ state }: Parts): Tab {
  const panel = element('section', { role: 'tabpanel', id: 'panel-runs', 'aria-labelledby': 'tab-runs' })
  return {
    element: panel,
    shown() {
      panel.textContent = state.view.title
    },
    received() {},
  }
}
